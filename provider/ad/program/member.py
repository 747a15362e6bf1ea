"""Runs Samba's tools with files that nobody else may read and that are gone afterwards. JSON by stdin and stdout.

Secrets come by stdin and go to a command's stdin, or to a file in a directory of root's own on a tmpfs.
"""
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

ROOM = "/run/pvesmb"


def run(command, env):
    try:
        done = subprocess.run(
            command["argv"],
            input=command.get("stdin", "").encode(),
            capture_output=True,
            timeout=command.get("timeout", 60),
            env={**os.environ, **env},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"code": 124, "stdout": "", "stderr": f"still running after {command.get('timeout', 60)} s, ended"}
    except OSError as error:
        return {"code": 127, "stdout": "", "stderr": f"{command['argv'][0]}: {os.strerror(error.errno)}"}
    return {"code": done.returncode, "stdout": done.stdout.decode("utf-8", "replace"), "stderr": done.stderr.decode("utf-8", "replace")}


def main():
    os.umask(0o077)
    wish = json.load(sys.stdin)
    os.makedirs(ROOM, exist_ok=True)
    room = tempfile.mkdtemp(prefix="ad-", dir=ROOM)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `finally` runs
    try:
        for name, content in wish.get("files", {}).items():
            with open(os.path.join(room, name), "x", encoding="utf-8") as file:
                file.write(content)
        for name, content in wish.get("binaries", {}).items():
            with open(os.path.join(room, name), "xb") as file:
                file.write(base64.b64decode(content))
        placed = lambda word: word.replace("{room}", room)
        settings = lambda which: {name: placed(value) for name, value in which.get("env", {}).items()}
        env = settings(wish)
        results = {}
        for command in wish["commands"]:
            results[command["name"]] = run({**command, "argv": [placed(word) for word in command["argv"]]}, {**env, **settings(command)})
            if command.get("must") and results[command["name"]]["code"] != 0:
                break
    finally:
        shutil.rmtree(room, ignore_errors=True)
    json.dump(results, sys.stdout)


main()
