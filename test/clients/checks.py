"""What the Python clients share: each check prints one line, and `done` the sum."""
import os
import sys

ENDPOINT, KEY, SECRET = (os.environ[name] for name in ("CS_ENDPOINT", "CS_KEY", "CS_SECRET"))
UNKNOWN = "00000000-0000-4000-8000-000000000000"
# Characters that every client encodes as the reference server does.
DESCRIPTION = 'Nightly + weekly (50%) & more = "gold" * a/b: é,ü'
counts = {"PASS": 0, "FAIL": 0}


def tell(verdict, line):
    counts[verdict] += 1
    print(verdict, line, flush=True)


def check(name):
    """Runs the decorated function at once; its name then stands for what it has returned."""

    def run(work):
        try:
            value = work()
        except Exception as error:  # every surprise is a failure of the check
            text = " ".join(str(error).split())[:400]
            tell("FAIL", "%s: %s at line %d: %s" % (name, type(error).__name__, error.__traceback__.tb_next.tb_lineno, text))
            return None
        tell("PASS", name)
        return value

    return run


def equal(actual, expected):
    if actual != expected:
        raise AssertionError("%r is not %r" % (actual, expected))


def raised(kind, work):
    try:
        work()
    except kind as error:
        return error
    raise AssertionError("it was accepted")


def done():
    print("%d passed, %d failed" % (counts["PASS"], counts["FAIL"]))
    sys.exit(1 if counts["FAIL"] or not counts["PASS"] else 0)
