"""What may go wrong, as sentences for a person."""


class FileProblem(Exception):
    """One file cannot be landed, the others can. The message is a clause: `it is cut off`."""


class LandingProblem(Exception):
    """Nothing can be landed. The message is a sentence that ends with what to do."""


def first_line(error: BaseException) -> str:
    """The first line of an error's message, without a full stop, to be quoted in a sentence."""
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else type(error).__name__
