"""What a process that answers queries may no longer do: reach the network, start programs, write files, swell.

The engine has no switch that turns SERVICE off, and nothing in Python sees the sockets that it opens. So the kernel is
asked (seccomp, on Linux): a process that opens a socket is killed. Elsewhere the refusal in `kg.sparql` stands alone.
"""

import ctypes
import errno
import faulthandler
import os
import platform
import struct
import sys
from pathlib import Path

_ARCHITECTURES = {  # the audit number, then the system calls: socket; what would start, trace or go round
    "x86_64": (0xC000003E, 41, (42, 57, 58, 59, 101, 322, 425)),
    "aarch64": (0xC00000B7, 198, (203, 117, 221, 281, 425)),
}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EACCES
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


def close_off(memory: int) -> bool:
    """Limits this process for good: `memory` bytes beyond what it has now, no files, no core dump.

    True if sockets are barred too.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        return False
    if sys.platform == "linux":
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + memory, held + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return sys.platform == "linux" and _bar_sockets()


def silence() -> None:
    """Nothing more to standard error: what the engine prints as it dies is for its makers, not for a user."""
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _bar_sockets() -> bool:
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    audit, socket, others = known
    program = [
        (_LOAD, 0, 0, 4),  # of which architecture the call is: another one would number its calls differently
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, 0, 1, 0x40000000),  # the x32 calls of x86_64
        (_RETURN, 0, 0, _KILL),
        (_EQUAL, 0, 1, socket),
        (_RETURN, 0, 0, _KILL),
    ]
    for number in others:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    program.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    libc = ctypes.CDLL(None, use_errno=True)
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SECCOMP, _FILTER, ctypes.c_void_p(ctypes.addressof(header)), 0, 0) == 0)
