//! The retry of work that other requests got in the way of.

use std::ops::ControlFlow;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// The number of attempts of [`retry_on_conflict`]. Five pauses take between 0.6 and 1.3 seconds.
pub const MAX_ATTEMPTS: u32 = 6;

/// Runs `attempt` until it breaks with a result, at most [`MAX_ATTEMPTS`] times. It continues after
/// a conflict (a version that another client changed in the meantime, or a transaction in
/// progress), with what the next attempt is to decide on: what the conflict returned, or nothing if
/// each attempt reads that by itself. Returns what the last attempt returned.
///
/// The pauses grow from 20 ms to 320 ms, plus up to the same time again at random, so that writers
/// that collided once do not collide again.
///
/// # Errors
/// Returns the first error of an attempt.
pub async fn retry_on_conflict<S, T, E, F>(
    mut state: S,
    mut attempt: impl FnMut(S) -> F,
) -> Result<ControlFlow<T, S>, E>
where
    F: Future<Output = Result<ControlFlow<T, S>, E>>,
{
    let mut pauses = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(20))
        .with_max_times(MAX_ATTEMPTS as usize - 1)
        .with_jitter()
        .with_jitter_seed(fastrand::u64(..))
        .build();
    loop {
        state = match attempt(state).await? {
            ControlFlow::Continue(next) => next,
            done @ ControlFlow::Break(_) => return Ok(done),
        };
        let Some(pause) = pauses.next() else { return Ok(ControlFlow::Continue(state)) };
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn conflicts_are_retried_and_then_given_up() {
        for conflicts in [0, 1, MAX_ATTEMPTS - 1, MAX_ATTEMPTS] {
            let attempt = async |before: u32| {
                let attempts = before + 1;
                let is_done = attempts > conflicts;
                Ok::<_, ()>(if is_done { ControlFlow::Break(attempts) } else { ControlFlow::Continue(attempts) })
            };
            let expected = if conflicts < MAX_ATTEMPTS {
                ControlFlow::Break(conflicts + 1)
            } else {
                ControlFlow::Continue(MAX_ATTEMPTS)
            };
            assert_eq!(retry_on_conflict(0, attempt).await, Ok(expected));
        }
    }

    #[tokio::test]
    async fn an_error_ends_the_attempts() {
        let mut attempts = 0;
        let failed = retry_on_conflict((), |()| {
            attempts += 1;
            std::future::ready(Err::<ControlFlow<()>, _>("unreachable"))
        });
        assert_eq!(failed.await, Err("unreachable"));
        assert_eq!(attempts, 1);
    }
}
