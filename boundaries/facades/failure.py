"""What can go wrong between a caller and another context, apart from the domain saying no?

RemoteFailure
├── ServiceUnavailable   nobody answered, or the answer was a 5xx
├── DeadlineExceeded     a query took longer than its deadline
├── CircuitOpen          too many failures lately; not even tried
├── BulkheadFull         too many calls of this process at once; not even tried
├── ContractError        the two sides do not speak the same contract
├── OutcomeUnknown       a command was sent, no answer came: it may or may not have happened
├── OwnerMoved           the owner changed inside the caller's transaction
├── OwnerUnknown         nobody owned the context for longer than the patience
├── Halted               a database was restored or failed over, and nobody may write yet
└── RemoteInTransaction  a remote command inside transaction.atomic()
"""

from boundaries.errors import BoundaryError


class RemoteFailure(BoundaryError):
    """Base of everything that a caller of another context must be ready for. Views answer 503 with Retry-After."""

    code = "BD309"
    problem = "{context} could not be asked."
    remedy = "Try again in a moment."


class ServiceUnavailable(RemoteFailure):
    """Raised when no usable answer came: connection refused, cut, or a 5xx. Nothing has happened there, or it was a query."""

    code = "BD310"
    problem = "{context} is unavailable: {reason}."
    remedy = "Look at the service's health; the call can be repeated."


class DeadlineExceeded(RemoteFailure):
    """Raised when a query found no answer within its deadline."""

    code = "BD311"
    problem = "{context}.{operation} did not answer within {timeout_seconds} s."
    remedy = "Look at the service's latency, or raise the operation's timeout."


class CircuitOpen(RemoteFailure):
    """Raised without trying, while the circuit to a service is open."""

    code = "BD312"
    problem = "The circuit to {context} is open after {failures} failures in a row."
    remedy = "It lets one probe through after a while; look at the service's health."


class BulkheadFull(RemoteFailure):
    """Raised without trying, when this process already has its share of calls to a service under way."""

    code = "BD313"
    problem = "{limit} calls to {context} are under way in this process already."
    remedy = "The service is slow, or BULKHEAD_CALLS is too low for this load."


class ContractError(RemoteFailure):
    """Raised when the two sides do not understand each other; repeating will not help."""

    code = "BD314"
    problem = "{context}.{operation} was not understood: {reason}."
    remedy = "Compare the contracts with `boundaries contract {context} --check` on both sides."


class OutcomeUnknown(RemoteFailure):
    """Raised when a command was sent and no answer came.

    It may or may not have happened. Repeat it with the same idempotency key, which makes both cases the same,
    or undo it; never assume either.
    """

    code = "BD315"
    problem = "{context}.{operation} was sent, but no answer came: {reason}."
    remedy = "Repeat it with the same key {key!r}."


class OwnerMoved(RemoteFailure):
    """Raised when the owner of a context changed inside the caller's transaction.

    The command did nothing. The transaction cannot go on at the other side: let it roll back and run the whole unit
    again; `REPLAY_VIEWS` does that for views that may be run twice.
    """

    code = "BD316"
    problem = "{context} moved to another owner (epoch {epoch}) while a transaction was open here."
    remedy = "Roll back and run the unit of work again."


class RemoteInTransaction(RemoteFailure):
    """Raised when a remote command is called inside transaction.atomic(): a rollback would not take it back."""

    code = "BD317"
    problem = (
        "{context}.{operation} is answered by another service and was called inside transaction.atomic()."
    )
    remedy = "Call it after the commit, send an event, or make it a step of a saga."


class OwnerUnknown(RemoteFailure):
    """Raised when no side was open for writes for longer than SWITCH_PATIENCE_SECONDS."""

    code = "BD318"
    problem = "Nobody has owned the writes of {context} for {waited_seconds} s."
    remedy = "Run `boundaries extract {context} recover`; the command did nothing and can be repeated."


class Halted(RemoteFailure):
    """Raised at once while both sides refuse commands: one of their databases is not what it was. It did nothing."""

    code = "BD335"
    problem = "{context} accepts no commands: {reason}."
    remedy = "Run `boundaries extract {context} recover`; queries are still answered."
