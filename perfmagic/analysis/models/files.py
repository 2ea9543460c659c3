"""Models of files, folders, processes and the environment."""

from dataclasses import replace

from perfmagic.analysis.effects import Kind
from perfmagic.analysis.models.model import NUMBER, PURE, Model, Table, group

_READ_FILE = Model(locations=((Kind.FILE, "files", False),), blocking=True)
_WRITE_FILE = Model(locations=((Kind.FILE, "files", True),), hazard="it changes files", blocking=True)
_PROCESS = Model(
    locations=(
        (Kind.FILE, "files", True),
        (Kind.EXTERNAL, "processes", True),
        (Kind.ENVIRONMENT, "environment", False),
    ),
    hazard="it starts a process",
    blocking=True,
    result="data",
)
_ENVIRONMENT_READ = Model(locations=((Kind.ENVIRONMENT, "environment", False),), result="scalar")
_HOME = Model(
    locations=((Kind.FILE, "files", False), (Kind.ENVIRONMENT, "environment", False)), result="scalar:str"
)
_ENVIRONMENT_WRITE = Model(locations=((Kind.ENVIRONMENT, "environment", True),), result="none")
_CHANGE_FOLDER = replace(
    _ENVIRONMENT_WRITE, locations=((Kind.ENVIRONMENT, "environment", True), (Kind.FILE, "files", True))
)
"""Where a relative path leads depends on the folder."""

FILES: Table = {
    **group(
        Model(locations=((Kind.FILE, "files", False),), mutates=True),
        "perfmagic.ReadFile",
        "read readline readlines readinto seek tell close fileno readable __exit__ __iter__ __next__",
    ),
    "perfmagic.ReadFile.__enter__": Model(result="self", reads="no", calls=False),
    **group(_READ_FILE, "os", "listdir stat scandir walk access getsize lstat"),
    **group(_READ_FILE, "posix", "listdir stat scandir access lstat"),
    **group(
        replace(_READ_FILE, blocking=False),
        "posixpath",
        "exists isfile isdir getsize getmtime lexists islink",
    ),
    **group(_HOME, "posixpath", "realpath abspath expanduser expandvars"),
    **group(_HOME, "getpass", "getuser"),
    **group(_HOME, "shutil", "which"),
    **group(
        replace(_READ_FILE, blocking=False), "genericpath", "exists isfile isdir getsize getmtime getctime"
    ),
    **group(PURE, "posixpath", "join basename dirname split splitext normpath isabs commonprefix relpath"),
    **group(_WRITE_FILE, "os", "makedirs removedirs renames"),
    **group(
        _WRITE_FILE,
        "posix",
        "remove unlink rename replace mkdir rmdir chmod symlink link truncate write utime",
    ),
    **group(_PROCESS, "posix", "system fork kill posix_spawn execv"),
    **group(_PROCESS, "os", "system popen kill"),
    **group(_PROCESS, "subprocess", "run call check_call check_output getoutput getstatusoutput Popen"),
    **group(
        replace(_PROCESS, awaits=True, blocking=False),
        "asyncio.subprocess",
        "create_subprocess_exec create_subprocess_shell",
    ),
    **group(NUMBER, "os", "cpu_count fspath fsencode fsdecode"),
    **group(NUMBER, "posix", "cpu_count getpid fspath"),
    **group(_ENVIRONMENT_READ, "os", "getenv getcwd"),
    "posix.getcwd": _ENVIRONMENT_READ,
    "posix.chdir": _CHANGE_FOLDER,
    "posix.putenv": _ENVIRONMENT_WRITE,
    **group(
        _ENVIRONMENT_READ,
        "os._Environ",
        "get __getitem__ __contains__ __iter__ items keys values copy __len__",
    ),
    "os._Environ.*": _ENVIRONMENT_WRITE,
    **{
        f"shutil.{name}": _WRITE_FILE
        for name in ("copy", "copyfile", "copytree", "rmtree", "move", "copy2", "make_archive")
    },
    "tempfile.*": replace(
        _WRITE_FILE,
        result="unknown",
        locations=(*_WRITE_FILE.locations, (Kind.ENVIRONMENT, "environment", False)),
    ),
    "glob.glob": _READ_FILE,
    **{
        f"{module}.Path.{name}": _READ_FILE
        for module in ("pathlib", "pathlib._local")
        for name in (
            "read_text",
            "read_bytes",
            "exists",
            "is_file",
            "is_dir",
            "stat",
            "iterdir",
            "glob",
            "rglob",
        )
    },
    **{
        f"{module}.Path.{name}": replace(_HOME, result="new:pathlib.Path", reads="deep")
        for module in ("pathlib", "pathlib._local")
        for name in ("resolve", "cwd", "home", "expanduser", "absolute")
    },
    **{
        f"{module}.Path.{name}": _WRITE_FILE
        for module in ("pathlib", "pathlib._local")
        for name in (
            "write_text",
            "write_bytes",
            "mkdir",
            "rmdir",
            "unlink",
            "touch",
            "rename",
            "replace",
            "chmod",
            "symlink_to",
            "hardlink_to",
        )
    },
    **{
        f"{module}.Path.open": Model(handler="open", option="method")
        for module in ("pathlib", "pathlib._local")
    },
    **{
        f"{module}.{cls}": replace(PURE, result="new:pathlib.Path")
        for module in ("pathlib", "pathlib._local")
        for cls in ("Path", "PurePath", "PosixPath")
    },
    **{
        f"{module}.{cls}.*": replace(PURE, result="new:pathlib.Path", calls=False)
        for module in ("pathlib", "pathlib._local")
        for cls in ("PurePath", "Path", "PosixPath")
    },
    **{
        f"_io.{cls}.{name}": Model(mutates=True, locations=((Kind.FILE, "files", True),), result="data")
        for cls in ("TextIOWrapper", "BufferedWriter", "FileIO", "BufferedReader", "BufferedRandom")
        for name in (
            "read",
            "readline",
            "readlines",
            "write",
            "writelines",
            "seek",
            "tell",
            "flush",
            "close",
            "truncate",
            "__iter__",
            "__next__",
            "__enter__",
            "__exit__",
        )
    },
    **{f"_io.{cls}.*": Model(mutates=True, result="data") for cls in ("StringIO", "BytesIO")},
    **{f"_io.{cls}": replace(PURE, result=f"new:_io.{cls}") for cls in ("StringIO", "BytesIO")},
}
