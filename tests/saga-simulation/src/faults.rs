//! The faults that can be injected at a call, by their numbers in `docs/failure-model.md`.

use sagas::record::EntryKind;

/// A call of a worker, with as much of its position in the saga as matters for injecting a fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Call {
    Acquire,
    PreImage,
    Commit(EntryKind, Option<usize>),
    Reschedule,
    Read(&'static str),
    Write(&'static str),
    WakeUp,
    Due,
}

/// A fault of the failure model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fault {
    /// F1, F5, F10: the worker crashes before the call.
    CrashesBefore,
    /// F2, F3, F11, F12: the worker crashes after the call and loses the response.
    CrashesAfter,
    /// F4: a change is written and its response lost; the worker repeats the request.
    TableResponseLost,
    /// F11: a change is written, and neither this nor the next requests get a response.
    TableUnresponsive,
    /// F6: a write is not sent.
    NotSent,
    /// F7: a write is applied and its response lost.
    ResponseLost,
    /// F8: a write is applied and answered with 500.
    ServerErrorApplied,
    /// F8: a write is not applied and answered with 500.
    ServerErrorNotApplied,
    /// F9: a write is applied half a minute later.
    AppliedLater,
    /// F9: a write is applied ten minutes later, when it already counts as lost.
    AppliedMuchLater,
    /// F13: a wake-up is lost.
    WakeUpLost,
    /// F14: a wake-up is delivered three times at once.
    WakeUpTripled,
    /// F15: old wake-ups arrive hours later.
    WakeUpHoursLate,
    /// F16: all wake-ups and schedules are purged.
    Purged,
    /// F17: the worker freezes before the call until long after its lease has expired.
    FreezesBefore,
    /// F17: the worker freezes after the call until long after its lease has expired.
    FreezesAfter,
    /// F18: the clocks of some workers are a minute ahead.
    ClockAhead,
    /// F18: the clocks of some workers are a minute behind.
    ClockBehind,
    /// F19: for a while, lists show the state before the last write.
    StaleList,
    /// F20: a list fails on a later page.
    ListFails,
    /// F21: 429 with `retry-after`.
    RateLimited,
    /// F21: 429 until the hourly limit is reset.
    HourlyLimitReached,
    /// F22: DigitalOcean rejects the token.
    TokenRevoked,
    /// F23: a permanent 422.
    Refused,
    /// F24: 422, because the droplet has a pending event.
    PendingEvent,
    /// The droplet action in progress fails.
    ActionFails,
    /// F25, F26: another client changes the saga's target.
    ForeignEdit,
    /// F25, F26: another client changes the TTL of the saga's target.
    ForeignTtl,
    /// F25, F26: another client creates a record beside the saga's target.
    ForeignCreate,
    /// F27: another client deletes the saga's target.
    ForeignDelete,
    /// F28: the zone and the droplet are deleted.
    TargetGone,
    /// F29: a build with other steps is deployed, and rolled back after a while.
    OtherBuild,
    /// F30: an operator cancels the saga.
    Cancelled,
    /// F31: the table does not answer.
    TableUnavailable,
    /// F32: another transaction is in progress on the item.
    Conflict,
    /// F33: the worker panics.
    Panics,
    /// F34: an unreadable message, and one for a saga that does not exist.
    Malformed,
    /// F35: the idempotency key has expired, and its item still exists.
    KeyExpired,
}

/// All faults, which the crash matrix goes through.
pub(super) const ALL: &[Fault] = &[
    Fault::CrashesBefore,
    Fault::CrashesAfter,
    Fault::TableResponseLost,
    Fault::TableUnresponsive,
    Fault::NotSent,
    Fault::ResponseLost,
    Fault::ServerErrorApplied,
    Fault::ServerErrorNotApplied,
    Fault::AppliedLater,
    Fault::AppliedMuchLater,
    Fault::WakeUpLost,
    Fault::WakeUpTripled,
    Fault::WakeUpHoursLate,
    Fault::Purged,
    Fault::FreezesBefore,
    Fault::FreezesAfter,
    Fault::ClockAhead,
    Fault::ClockBehind,
    Fault::StaleList,
    Fault::ListFails,
    Fault::RateLimited,
    Fault::HourlyLimitReached,
    Fault::TokenRevoked,
    Fault::Refused,
    Fault::PendingEvent,
    Fault::ActionFails,
    Fault::ForeignEdit,
    Fault::ForeignTtl,
    Fault::ForeignCreate,
    Fault::ForeignDelete,
    Fault::TargetGone,
    Fault::OtherBuild,
    Fault::Cancelled,
    Fault::TableUnavailable,
    Fault::Conflict,
    Fault::Panics,
    Fault::Malformed,
    Fault::KeyExpired,
];

impl Fault {
    /// Returns whether the fault can be injected at such a call.
    pub(super) fn fits(self, call: &Call) -> bool {
        let table = matches!(call, Call::Acquire | Call::Commit(..) | Call::Reschedule | Call::PreImage | Call::Due);
        let list = matches!(call, Call::Read("records" | "snapshots" | "droplet actions"));
        match self {
            Self::TableResponseLost | Self::TableUnresponsive => {
                matches!(call, Call::Acquire | Call::Commit(..) | Call::Reschedule)
            }
            Self::NotSent
            | Self::ResponseLost
            | Self::ServerErrorApplied
            | Self::ServerErrorNotApplied
            | Self::AppliedLater
            | Self::AppliedMuchLater
            | Self::Refused => matches!(call, Call::Write(_)),
            Self::PendingEvent => matches!(call, Call::Write("snapshot droplet" | "delete snapshot")),
            Self::ActionFails => matches!(call, Call::Read("action" | "droplet actions" | "snapshots")),
            Self::WakeUpLost | Self::WakeUpTripled => matches!(call, Call::WakeUp),
            Self::StaleList | Self::ListFails => list,
            Self::RateLimited | Self::HourlyLimitReached | Self::TokenRevoked => {
                matches!(call, Call::Read(_) | Call::Write(_))
            }
            Self::TableUnavailable => table,
            Self::Conflict => matches!(call, Call::Commit(..) | Call::Reschedule | Call::Acquire),
            Self::Panics => matches!(call, Call::Read(_) | Call::Write(_) | Call::Acquire | Call::Commit(..)),
            // This fault belongs to no call in particular, so one kind of call is enough.
            Self::KeyExpired => matches!(call, Call::Acquire),
            _ => true,
        }
    }

    /// Returns whether the fault is an interference by another client. The saga may then end
    /// differently than without faults.
    pub(super) fn is_foreign(self) -> bool {
        matches!(
            self,
            Self::ForeignEdit | Self::ForeignTtl | Self::ForeignCreate | Self::ForeignDelete | Self::TargetGone
        )
    }
}

/// The number of calls at which a fault is injected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    Once,
    Twice,
    /// At every such call until the faults end.
    Always,
}

pub(super) const TIMES: [Times; 3] = [Times::Once, Times::Twice, Times::Always];

/// A fault with the call at which it begins, and its repetitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Injection {
    pub(super) fault: Fault,
    pub(super) call: Call,
    /// The number of the first such call at which the fault is injected, from 1.
    pub(super) nth: usize,
    pub(super) times: Times,
}
