"""Models of the standard library, as far as notebooks use it."""

from dataclasses import replace

from perfmagic.analysis.effects import Kind
from perfmagic.analysis.models.model import CHANGE, HELD, KEEP, NUMBER, PURE, SHALLOW, Model, Table, group

_CLOCK = Model(result="scalar:float", reads="no", locations=((Kind.CLOCK, "clock", True),), calls=False)
_ZONE = (Kind.ENVIRONMENT, "environment", False)
"""The time zone is one of the variables of the environment."""
_RANDOM = Model(locations=((Kind.RANDOM, "random", True),))
_LOOP = Model(mutates=True, reads="no", result="scalar", handler="loop", calls=False)
_NEW_LOCK = Model(result="new:_thread.lock", reads="no")
_AWAITED_LOOP = replace(_LOOP, awaits=True)
_TASK = Model(result="data", reads="no", locations=((Kind.TASK, "tasks", True),))

_TIME: Table = {
    **group(
        _CLOCK,
        "time",
        "time time_ns perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns thread_time",
    ),
    **group(
        replace(_CLOCK, result="data", locations=(*_CLOCK.locations, _ZONE)),
        "time",
        "localtime gmtime ctime strftime",
    ),
    **group(replace(PURE, locations=(_ZONE,)), "time", "mktime strptime"),
    "time.asctime": PURE,
    "time.sleep": Model(handler="sleep", blocking=True, result="none"),
    **group(replace(_CLOCK, result="new:datetime.datetime"), "datetime.datetime", "now utcnow today"),
    "datetime.date.today": replace(_CLOCK, result="new:datetime.date"),
    **group(
        replace(PURE, locations=(_ZONE,)),
        "datetime.datetime",
        "fromtimestamp astimezone timestamp strftime __format__",
    ),
    **group(replace(PURE, locations=(_ZONE,)), "datetime.date", "fromtimestamp strftime __format__"),
    "datetime.*": PURE,
    "datetime.datetime.*": PURE,
    "datetime.date.*": PURE,
    "datetime.time.*": PURE,
    "datetime.timedelta.*": PURE,
    "datetime.timezone.*": PURE,
}

_HASH = "_hashlib.HASH"
_HASHED = Model(result=f"new:{_HASH}", computes=True)
_BLAKES = ("_blake2.blake2b", "_blake2.blake2s")
_COMPUTED = replace(PURE, computes=True)
_COMPUTING: Table = {
    **group(
        _HASHED,
        "_hashlib",
        "new openssl_md5 openssl_sha1 openssl_sha224 openssl_sha256 openssl_sha384 openssl_sha512 openssl_sha3_224 "
        "openssl_sha3_256 openssl_sha3_384 openssl_sha3_512 openssl_shake_128 openssl_shake_256",
    ),
    **group(_HASHED, "hashlib", "new __hash_new __py_new"),
    **{name: Model(result=f"new:{name}", computes=True) for name in _BLAKES},
    **{
        f"{made}.{name}": model
        for made in (_HASH, *_BLAKES)
        for name, model in (
            ("update", replace(CHANGE, reads="deep", computes=True)),
            ("copy", Model(result=f"new:{made}")),
            ("*", PURE),
        )
    },
    **group(_COMPUTED, "_hashlib", "pbkdf2_hmac scrypt"),
    "hashlib.file_digest": Model(
        locations=((Kind.FILE, "files", False),), mutates=True, blocking=True, result=f"new:{_HASH}"
    ),
    **group(_COMPUTED, "zlib", "compress decompress"),
    **{
        f"{module}.{name}": _COMPUTED
        for module in ("bz2", "lzma", "compression.zstd")
        for name in ("compress", "decompress")
    },
    "gzip.decompress": _COMPUTED,
    "gzip.compress": replace(_COMPUTED, locations=((Kind.CLOCK, "clock", True),)),
}

_PURE_MODULES: Table = {
    **{
        f"{name}.*": replace(PURE, objects=True)
        for name in (
            "math",
            "statistics",
            "textwrap",
            "string",
            "hashlib",
            "_hashlib",
            "base64",
            "binascii",
            "html",
            "urllib.parse",
            "zlib",
            "struct",
            "_struct",
            "unicodedata",
            "colorsys",
            "cmath",
            "bisect_left",
            "keyword",
            "difflib",
        )
    },
    **{
        f"{module}.{name}": replace(PURE, changes=(place,))
        for module in ("_struct", "struct")
        for name, place in (("pack_into", 1), ("Struct.pack_into", 0))
    },
    **{f"{module}.Struct": replace(PURE, result="new:_struct.Struct") for module in ("_struct", "struct")},
    **{f"{module}.Struct.*": PURE for module in ("_struct", "struct")},
    "statistics.NormalDist.*": PURE,
    "string.Template.*": PURE,
    "json.dumps": replace(PURE, result="scalar:str"),
    "json.loads": PURE,
    "json.load": Model(locations=((Kind.FILE, "files", False),), mutates=True),
    "json.dump": Model(handler="dump"),
    **group(PURE, "bisect", "bisect bisect_left bisect_right"),
    **group(PURE, "_bisect", "bisect bisect_left bisect_right"),
    **group(KEEP, "_bisect", "insort insort_left insort_right"),
    **group(KEEP, "_heapq", "heappush"),
    **group(replace(CHANGE, result="element"), "_heapq", "heappop"),
    **group(CHANGE, "_heapq", "heapify"),
    **group(replace(KEEP, result="held"), "_heapq", "heappushpop heapreplace"),
    **group(HELD, "heapq", "nlargest nsmallest merge"),
    **group(PURE, "re", "compile match search findall finditer sub subn split fullmatch escape"),
    "re.Pattern.*": PURE,
    "re.Match.*": PURE,
    "copy.deepcopy": PURE,
    "copy.copy": replace(PURE, result="first"),
    "pprint.pprint": Model(result="none", locations=((Kind.STDOUT, "stdout", True),)),
    "pprint.pformat": replace(PURE, result="scalar:str"),
    "uuid.uuid4": Model(result="scalar", locations=((Kind.RANDOM, "system random", False),)),
    "uuid.UUID.*": PURE,
    "decimal.Decimal": replace(PURE, result="new:decimal.Decimal"),
    "decimal.Decimal.*": replace(PURE, result="new:decimal.Decimal"),
    "fractions.Fraction": replace(PURE, result="new:fractions.Fraction"),
    "fractions.Fraction.*": replace(PURE, result="new:fractions.Fraction"),
    "gc.collect": Model(result="scalar:int", reads="no"),
    **group(
        Model(handler="chain"),
        "itertools",
        "chain product permutations combinations repeat accumulate batched pairwise islice zip_longest cycle "
        "starmap takewhile dropwhile compress groupby filterfalse combinations_with_replacement",
    ),
    "itertools.chain.from_iterable": Model(handler="chain"),
    "itertools.count": replace(PURE, result="new:itertools.count"),
    "functools.partial": Model(handler="partial"),
    "functools.wraps": Model(handler="wraps"),
    "functools.update_wrapper": Model(result="first", reads="no", calls=False),
    "functools.lru_cache": Model(handler="cached"),
    "functools.cache": Model(handler="cached", option="direct"),
    "functools.cached_property": Model(handler="property", option="functools.cached_property"),
    "functools.reduce": HELD,
    "_functools.reduce": HELD,
    **{
        f"functools._{made}_from_{root}": Model(handler="ordering")
        for made in ("lt", "le", "gt", "ge")
        for root in ("lt", "le", "gt", "ge")
    },
    **group(Model(handler="weak"), "weakref.ReferenceType", "__call__"),
    "types.SimpleNamespace": Model(handler="namespace"),
    **group(
        SHALLOW,
        "inspect",
        "iscoroutinefunction isfunction ismethod isclass iscoroutine isawaitable isgenerator isasyncgen",
    ),
    **group(Model(handler="container", option="builtins.list"), "csv", "DictReader"),
    **group(Model(handler="container", option="builtins.list"), "_csv", "reader"),
    **group(replace(PURE, result="scalar"), "uuid", "uuid3 uuid5"),
    **group(
        Model(handler="log", locations=((Kind.STDOUT, "stdout", True),)),
        "logging.Logger",
        "debug info warning error exception critical log",
    ),
    **group(
        Model(handler="log", locations=((Kind.STDOUT, "stdout", True),)),
        "logging",
        "debug info warning error critical log",
    ),
    "logging.getLogger": Model(result="new:logging.Logger"),
    "functools.cmp_to_key": Model(result="first", reads="no", calls=False),
    "functools.total_ordering": Model(result="first", reads="no", calls=False),
    "functools._lru_cache_wrapper.cache_clear": CHANGE,
    "functools._lru_cache_wrapper.cache_info": NUMBER,
    "dataclasses.dataclass": Model(handler="dataclass"),
    **group(PURE, "dataclasses", "asdict astuple"),
    "dataclasses.field": Model(handler="field"),
    "dataclasses.replace": Model(handler="replaced"),
    "contextlib.contextmanager": Model(handler="contextmanager"),
    "contextlib.asynccontextmanager": Model(handler="contextmanager"),
    "contextlib.suppress": replace(PURE, result="new:contextlib.suppress"),
    "contextlib.suppress.__enter__": Model(result="none", reads="no", calls=False),
    "contextlib.suppress.__exit__": Model(result="scalar", reads="no", calls=False),
    "contextlib.nullcontext": Model(handler="held", option="contextlib.nullcontext"),
    "contextlib.nullcontext.__enter__": Model(result="element", reads="no", calls=False),
    "contextlib.nullcontext.__exit__": Model(result="none", reads="no", calls=False),
    "contextlib.nullcontext.__aenter__": Model(result="element", reads="no", calls=False, awaits=True),
    "contextlib.nullcontext.__aexit__": Model(result="none", reads="no", calls=False, awaits=True),
    **group(NUMBER, "sys", "getsizeof getrefcount intern getrecursionlimit"),
    "typing.cast": Model(handler="cast"),
    "enum.Enum.*": NUMBER,
}

_RANDOM_TABLE: Table = {
    "random.Random.*": Model(handler="random_object"),
    "_random.Random.*": Model(handler="random_object"),
    "random.Random": replace(PURE, result="new:random.Random"),
    "secrets.*": Model(result="scalar", locations=((Kind.RANDOM, "system random", False),)),
}

_CONTEXT: Table = {
    "_contextvars.ContextVar": replace(PURE, result="new:_contextvars.ContextVar", calls=False),
    "_contextvars.ContextVar.get": Model(
        reads="no", result="unknown", locations=((Kind.CONTEXT, "context", False),)
    ),
    "_contextvars.ContextVar.*": Model(reads="no", locations=((Kind.CONTEXT, "context", True),)),
    "_contextvars.copy_context": Model(
        reads="no", result="unknown", locations=((Kind.CONTEXT, "context", True),)
    ),
}

_ASYNCIO: Table = {
    "asyncio.tasks.sleep": Model(handler="sleep", awaits=True, result="first", option="await"),
    **group(Model(handler="gather", awaits=True), "asyncio.tasks", "gather"),
    **group(Model(handler="gather", awaits=True, option="one"), "asyncio.tasks", "wait_for shield"),
    "asyncio.tasks.wait": Model(handler="gather", awaits=True, option="wait"),
    "asyncio.tasks.as_completed": Model(handler="gather", option="wait"),
    **group(Model(handler="create_task"), "asyncio.tasks", "create_task ensure_future"),
    "asyncio.taskgroups.TaskGroup": replace(PURE, result="new:asyncio.taskgroups.TaskGroup"),
    "asyncio.taskgroups.TaskGroup.create_task": Model(handler="create_task"),
    **group(Model(handler="task_group", awaits=True), "asyncio.taskgroups.TaskGroup", "__aenter__ __aexit__"),
    **group(Model(handler="task_result"), "_asyncio.Task", "result exception done __await__"),
    "_asyncio.Task.*": _TASK,
    **group(Model(handler="task_result"), "_asyncio.Future", "result exception done __await__"),
    "_asyncio.Future.*": _TASK,
    **group(_TASK, "_asyncio", "current_task all_tasks"),
    **group(_TASK, "asyncio.tasks", "current_task all_tasks"),
    **group(
        replace(PURE, result="new:asyncio.events.AbstractEventLoop", reads="no"),
        "_asyncio",
        "get_running_loop get_event_loop",
    ),
    "asyncio.events.AbstractEventLoop.time": _CLOCK,
    "asyncio.events.AbstractEventLoop.run_in_executor": Model(
        handler="to_thread", awaits=True, option="executor"
    ),
    "asyncio.events.AbstractEventLoop.create_task": Model(handler="create_task"),
    "asyncio.runners.run": Model(handler="gather", option="run", blocking=True),
    "asyncio.threads.to_thread": Model(handler="to_thread", awaits=True),
    **{
        f"asyncio.{module}.{cls}": Model(result=f"new:asyncio.{module}.{cls}", reads="no")
        for module, cls in (
            ("locks", "Lock"),
            ("locks", "Event"),
            ("locks", "Condition"),
            ("locks", "Semaphore"),
            ("locks", "BoundedSemaphore"),
            ("locks", "Barrier"),
            ("queues", "Queue"),
            ("queues", "LifoQueue"),
            ("queues", "PriorityQueue"),
        )
    },
    **{
        f"asyncio.locks.{cls}.{name}": _AWAITED_LOOP
        for cls in ("Lock", "Event", "Condition", "Semaphore", "Barrier")
        for name in ("acquire", "wait", "wait_for")
    },
    **{
        f"asyncio.{cls}.{name}": _AWAITED_LOOP
        for cls in (
            "mixins",
            "locks.Lock",
            "locks.Semaphore",
            "locks.Condition",
            "locks._ContextManagerMixin",
        )
        for name in ("__aenter__", "__aexit__")
    },
    **{
        f"asyncio.locks.{cls}.*": _LOOP
        for cls in ("Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore", "Barrier")
    },
    **{
        f"asyncio.queues.Queue.{name}": Model(handler="loop", option="queue", awaits=True, mutates=True)
        for name in ("put", "get", "join")
    },
    "asyncio.queues.Queue.*": Model(handler="loop", option="queue", mutates=True),
    **group(
        Model(result="new:asyncio.timeouts.Timeout", reads="no"), "asyncio.timeouts", "timeout timeout_at"
    ),
    **group(
        Model(result="self", reads="no", awaits=True), "asyncio.timeouts.Timeout", "__aenter__ __aexit__"
    ),
    "asyncio.timeouts.Timeout.*": _TASK,
}

_THREADS: Table = {
    "concurrent.futures.thread.ThreadPoolExecutor": replace(
        PURE, result="new:concurrent.futures.thread.ThreadPoolExecutor"
    ),
    "concurrent.futures.process.ProcessPoolExecutor": replace(
        PURE, result="new:concurrent.futures.process.ProcessPoolExecutor"
    ),
    **{
        f"concurrent.futures.{module}.submit": Model(handler="submit")
        for module in ("thread.ThreadPoolExecutor", "process.ProcessPoolExecutor")
    },
    "concurrent.futures._base.Executor.map": Model(handler="submit", option="map"),
    **group(
        Model(result="self", locations=((Kind.TASK, "tasks", True),), reads="no", blocking=True),
        "concurrent.futures._base.Executor",
        "__enter__ __exit__ shutdown",
    ),
    "concurrent.futures._base.Future.*": Model(handler="task_result", blocking=True),
    **group(
        Model(handler="submit", option="wait", blocking=True), "concurrent.futures._base", "as_completed wait"
    ),
    "threading.Thread": Model(handler="submit", option="thread"),
    **group(_NEW_LOCK, "_thread", "lock allocate_lock RLock"),
    **group(_NEW_LOCK, "threading", "Lock RLock"),
    **{f"_thread.{name}.*": _LOOP for name in ("lock", "RLock")},
    "threading.Event.*": _LOOP,
    "threading.Event": Model(result="new:threading.Event", reads="no"),
    "queue.Queue.*": Model(handler="loop", option="queue", mutates=True, blocking=True),
}

STANDARD: Table = {
    **_TIME,
    **_PURE_MODULES,
    **_COMPUTING,
    **_RANDOM_TABLE,
    **_CONTEXT,
    **_ASYNCIO,
    **_THREADS,
}
