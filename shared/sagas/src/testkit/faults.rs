//! What may go wrong at a call, by the numbers of the failure model.

use crate::record::EntryKind;

/// A call of a worker, as far as it matters where it is in a saga.
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

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fault {
    /// F1, F5, F10: the worker dies before the call.
    DiesBefore,
    /// F2, F3, F11, F12: the worker dies after it, the answer with it.
    DiesAfter,
    /// F4: a change is written, its answer lost; the worker asks again.
    AnswerOfTableLost,
    /// F11: the same, and no answer comes at all.
    NoAnswerOfTable,
    /// F6: a write is not sent.
    NotSent,
    /// F7: a write is carried out, its answer lost.
    AnswerLost,
    /// F8: a write is carried out and answered with 500.
    ServerError,
    /// F8: a write is not carried out, and answered with 500.
    ServerFails,
    /// F9: a write is carried out half a minute later.
    AppliedLater,
    /// F9: a write is carried out ten minutes later, when it counts as lost.
    AppliedMuchLater,
    /// F13: a ring is lost.
    WakeUpLost,
    /// F14: a ring comes three times at once.
    WakeUpTripled,
    /// F15: an old ring comes hours later.
    WakeUpHoursLate,
    /// F16: all rings and schedules are purged.
    Purged,
    /// F17: the worker freezes before the call until its lease is long over.
    FreezesBefore,
    /// F17: the same, after it.
    FreezesAfter,
    /// F18: workers' clocks are a minute ahead.
    ClockAhead,
    /// F18: workers' clocks are a minute behind.
    ClockBehind,
    /// F19: lists are as before the last write, for a while.
    StaleList,
    /// F20: a list fails on a later page.
    ListFails,
    /// F21: 429 with `retry-after`.
    Burst,
    /// F21: 429, the hour's requests spent.
    HourSpent,
    /// F22: the token is not accepted.
    TokenRevoked,
    /// F23: 422, for good.
    Refused,
    /// F24: 422, the droplet has a pending event.
    PendingEvent,
    /// The action that goes on fails.
    ActionFails,
    /// F25, F26: somebody changes what the saga is at.
    ForeignEdit,
    /// F25, F26: somebody changes the time to live of what the saga is at.
    ForeignTtl,
    /// F27: somebody deletes what the saga is at.
    ForeignDelete,
    /// F28: zone and droplet are gone.
    TargetGone,
    /// F29: a build with other steps is deployed, and taken back after a while.
    OtherBuild,
    /// F30: somebody cancels the saga.
    Cancelled,
    /// F31: the table does not answer.
    TableDown,
    /// F32: another transaction is on the item.
    Conflict,
    /// F33: the worker panics.
    Panics,
    /// F34: a message that is none, and one for a saga that is not there.
    Malformed,
    /// F35: the idempotency key expired, and its item is still there.
    KeyExpired,
}

/// All of them.
pub(super) const ALL: &[Fault] = &[
    Fault::DiesBefore,
    Fault::DiesAfter,
    Fault::AnswerOfTableLost,
    Fault::NoAnswerOfTable,
    Fault::NotSent,
    Fault::AnswerLost,
    Fault::ServerError,
    Fault::ServerFails,
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
    Fault::Burst,
    Fault::HourSpent,
    Fault::TokenRevoked,
    Fault::Refused,
    Fault::PendingEvent,
    Fault::ActionFails,
    Fault::ForeignEdit,
    Fault::ForeignTtl,
    Fault::ForeignDelete,
    Fault::TargetGone,
    Fault::OtherBuild,
    Fault::Cancelled,
    Fault::TableDown,
    Fault::Conflict,
    Fault::Panics,
    Fault::Malformed,
    Fault::KeyExpired,
];

impl Fault {
    /// Whether it can happen at such a call.
    pub(super) fn fits(self, call: &Call) -> bool {
        let table = matches!(call, Call::Acquire | Call::Commit(..) | Call::Reschedule | Call::PreImage | Call::Due);
        let list = matches!(call, Call::Read("records" | "snapshots" | "droplet actions"));
        match self {
            Self::AnswerOfTableLost | Self::NoAnswerOfTable => {
                matches!(call, Call::Acquire | Call::Commit(..) | Call::Reschedule)
            }
            Self::NotSent
            | Self::AnswerLost
            | Self::ServerError
            | Self::ServerFails
            | Self::AppliedLater
            | Self::AppliedMuchLater
            | Self::Refused => matches!(call, Call::Write(_)),
            Self::PendingEvent => matches!(call, Call::Write("snapshot droplet" | "delete snapshot")),
            Self::ActionFails => matches!(call, Call::Read("action" | "droplet actions" | "snapshots")),
            Self::WakeUpLost | Self::WakeUpTripled => matches!(call, Call::WakeUp),
            Self::StaleList | Self::ListFails => list,
            Self::Burst | Self::HourSpent | Self::TokenRevoked => matches!(call, Call::Read(_) | Call::Write(_)),
            Self::TableDown => table,
            Self::Conflict => matches!(call, Call::Commit(..) | Call::Reschedule | Call::Acquire),
            Self::Panics => matches!(call, Call::Read(_) | Call::Write(_) | Call::Acquire | Call::Commit(..)),
            // Not of any call in particular: once in a run says it all.
            Self::KeyExpired => matches!(call, Call::Acquire),
            _ => true,
        }
    }

    /// Whether somebody from outside works on what the saga is at: it may then not end as without faults.
    pub(super) fn is_foreign(self) -> bool {
        matches!(self, Self::ForeignEdit | Self::ForeignTtl | Self::ForeignDelete | Self::TargetGone)
    }
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    Once,
    Twice,
    /// At every such call until the faults end.
    On,
}

pub(super) const TIMES: [Times; 3] = [Times::Once, Times::Twice, Times::On];

/// A fault, from which call on and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Injection {
    pub(super) fault: Fault,
    pub(super) call: Call,
    /// Which of these calls is the first.
    pub(super) nth: usize,
    pub(super) times: Times,
}
