"""Runs a command and ends it, with its whole process group, once standard input closes.

The starting process holds the other end of standard input, so even if it is killed it leaves no process behind.
"""

import os
import signal
import subprocess
import sys
import threading

command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)


def end_with_the_starter():
    while os.read(0, 1024):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


threading.Thread(target=end_with_the_starter, daemon=True).start()
# A stop is sent to the group: the command ends by itself, and this after it.
signal.signal(signal.SIGTERM, lambda *_: None)
sys.exit(command.wait())
