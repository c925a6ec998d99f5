//! Starts a function and serves its invocations.

use std::{
    fmt::Write as _,
    future::Future,
    process::ExitCode,
    time::{Duration, Instant},
};

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;

use crate::{BatchRunner, BoxError, Deadline, Error, Failure, Invocation, Message, telemetry};

/// Sets up telemetry and runs `main`. An error is logged once, with its sources, and ends the
/// process with a failure status, which Lambda reports as a failed init.
pub async fn launch<F, Fut>(main: F) -> ExitCode
where
    F: FnOnce(InitTimer) -> Fut,
    Fut: Future<Output = Result<(), BoxError>>,
{
    let mut init = InitTimer::start();
    telemetry::init();
    init.phase("telemetry");
    match main(init).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = telemetry::chain(error.as_ref()), "function stopped");
            ExitCode::FAILURE
        }
    }
}

/// A timer of the phases of a cold start. It makes a slow phase visible in the log of every start.
#[derive(Debug)]
pub struct InitTimer {
    started: Instant,
    phases: Vec<(&'static str, Instant)>,
}

impl InitTimer {
    /// Starts the timer; [`launch`] calls this.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now(), phases: Vec::new() }
    }

    /// Records that the phase with this name ends now.
    pub fn phase(&mut self, name: &'static str) {
        self.phases.push((name, Instant::now()));
    }

    /// Logs one line: the total time in `init_ms` and every phase as `name=+delta/cumulative`, in
    /// milliseconds.
    pub fn ready(self) {
        let init_ms = milliseconds(self.started.elapsed());
        tracing::info!(init_ms, phases = self.summary(), "ready");
    }

    fn summary(&self) -> String {
        let mut summary = String::new();
        let mut last = self.started;
        for (name, ended) in &self.phases {
            let separator = if summary.is_empty() { "" } else { " " };
            let (delta, cumulative) = (milliseconds(*ended - last), milliseconds(*ended - self.started));
            // Writing to a String cannot fail.
            let _ = write!(summary, "{separator}{name}=+{delta:.1}/{cumulative:.1}");
            last = *ended;
        }
        summary
    }
}

/// Converts to milliseconds, rounded to a tenth.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}

/// Logs that the function is ready and serves SQS events until Lambda ends the process.
///
/// # Errors
/// Fails if Lambda's Runtime API fails.
///
/// # Panics
/// Panics outside Lambda, where `AWS_LAMBDA_RUNTIME_API` and the related variables are missing.
pub async fn run_queue<T, H, Fut>(init: InitTimer, runner: &BatchRunner, handler: H) -> Result<(), BoxError>
where
    T: DeserializeOwned,
    H: Fn(Message<T>, Deadline) -> Fut,
    Fut: Future<Output = Result<(), Failure>>,
{
    init.ready();
    let handler = &handler;
    let serve = |event: LambdaEvent<SqsEvent>| async move {
        let invocation = Invocation::from_context(&event.context);
        // The only error is a record that cannot be reported. Lambda logs the name as `errorType`.
        runner.run_batch(event.payload, &invocation, handler).await.map_err(|error| Diagnostic {
            error_type: "Unreportable".to_owned(),
            error_message: telemetry::chain(&error),
        })
    };
    lambda_runtime::run(service_fn(serve)).await.map_err(|source| Error::Runtime(source).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_has_its_own_and_the_cumulative_time() {
        let started = Instant::now();
        let after = |milliseconds| started + Duration::from_millis(milliseconds);
        let init = InitTimer { started, phases: vec![("config", after(2)), ("aws", after(14))] };
        assert_eq!(init.summary(), "config=+2.0/2.0 aws=+12.0/14.0");
    }
}
