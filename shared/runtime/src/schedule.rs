//! One-time schedules, behind a trait so that other code can be tested without AWS. A schedule
//! sends a message to SQS later than SQS itself can delay one.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::types::{ActionAfterCompletion, FlexibleTimeWindow, FlexibleTimeWindowMode, Target};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use futures::{FutureExt, future::BoxFuture};

use crate::{BoxError, Error};

/// A message to be sent to a queue once, at a given time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeSchedule {
    /// The name of the schedule within its group, `[0-9a-zA-Z-_.]{1,64}`. A second schedule with
    /// the same name is considered a duplicate and not created.
    pub name: String,
    /// The time of the message, rounded up to whole seconds. EventBridge sends it within the
    /// following minute.
    pub at: DateTime<Utc>,
    /// The ARN of the queue.
    pub queue_arn: String,
    /// The `MessageBody` of the message.
    pub body: String,
}

/// A service that creates one-time schedules.
pub trait Scheduler: Send + Sync {
    /// Creates a schedule, which is deleted automatically after it has sent its message. An
    /// existing schedule with this name is not an error.
    fn create(&self, schedule: OneTimeSchedule) -> BoxFuture<'_, Result<(), Error>>;
}

/// [`Scheduler`] on Amazon `EventBridge` Scheduler.
#[derive(Clone, Debug)]
pub struct EventBridgeScheduler {
    client: Client,
    group: String,
    role_arn: String,
}

impl EventBridgeScheduler {
    /// Creates the scheduler from a client, usually [`crate::AwsClients::scheduler`]. Schedules are
    /// created in this group, and send with this role.
    #[must_use]
    pub const fn new(client: Client, group: String, role_arn: String) -> Self {
        Self { client, group, role_arn }
    }

    async fn create_schedule(&self, schedule: &OneTimeSchedule) -> Result<(), BoxError> {
        let target =
            Target::builder().arn(&schedule.queue_arn).role_arn(&self.role_arn).input(&schedule.body).build()?;
        let at_once = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build()?;
        let created = self
            .client
            .create_schedule()
            .group_name(&self.group)
            .name(&schedule.name)
            .schedule_expression(at(schedule.at))
            .schedule_expression_timezone("UTC")
            .flexible_time_window(at_once)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(target)
            .send()
            .await
            .map_err(aws_sdk_scheduler::error::SdkError::into_service_error);
        match created {
            Err(error) if !error.is_conflict_exception() => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Scheduler for EventBridgeScheduler {
    /// Calls `CreateSchedule`, see
    /// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>.
    fn create(&self, schedule: OneTimeSchedule) -> BoxFuture<'_, Result<(), Error>> {
        async move {
            let created = self.create_schedule(&schedule).await;
            created.map_err(|source| Error::Schedule { operation: "CreateSchedule", name: schedule.name, source })
        }
        .boxed()
    }
}

/// Formats a one-time expression, which has whole seconds. The time is rounded up, because a
/// message that arrives too early only has to wait again.
fn at(time: DateTime<Utc>) -> String {
    let whole = time.duration_trunc(TimeDelta::seconds(1)).unwrap_or(time);
    let whole = if whole < time { whole + TimeDelta::seconds(1) } else { whole };
    format!("at({})", whole.format("%Y-%m-%dT%H:%M:%S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_seconds_rounded_up() {
        for (time, expression) in [
            ("2026-04-12T12:00:05Z", "at(2026-04-12T12:00:05)"),
            ("2026-04-12T12:00:05.001Z", "at(2026-04-12T12:00:06)"),
            ("2026-12-31T23:59:59.999Z", "at(2027-01-01T00:00:00)"),
            ("2026-04-12T14:00:05+02:00", "at(2026-04-12T12:00:05)"),
        ] {
            assert_eq!(at(time.parse().unwrap()), expression, "{time}");
        }
    }
}
