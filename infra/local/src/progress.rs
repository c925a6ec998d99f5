//! What a step is doing while it does it: a spinner on a terminal, plain lines elsewhere.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a plain step that is still running says so.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// One step. Dropped without [`ProgressStep::done`] it counts as failed.
#[derive(Debug)]
pub struct ProgressStep {
    name: String,
    began: Instant,
    output: Output,
    finished: bool,
}

#[derive(Debug)]
enum Output {
    Spinner(ProgressBar),
    /// The latest detail, and the sender whose drop ends the heartbeat.
    Lines(Arc<Mutex<String>>, Option<mpsc::Sender<()>>),
    Nothing,
}

impl ProgressStep {
    /// Begins a step and shows its name.
    #[must_use]
    pub fn begin(name: impl Into<String>) -> Self {
        let name = name.into();
        let output = if stderr().is_terminal() { spinner(&name) } else { lines(&name) };
        Self { name, began: Instant::now(), output, finished: false }
    }

    /// A step that shows nothing.
    pub(crate) fn silent() -> Self {
        Self { name: String::new(), began: Instant::now(), output: Output::Nothing, finished: true }
    }

    /// Shows what the step is at now.
    pub fn detail(&self, text: &str) {
        match &self.output {
            Output::Spinner(bar) => bar.set_message(text.to_owned()),
            Output::Lines(latest, _) => text.clone_into(&mut latest.lock().unwrap_or_else(PoisonError::into_inner)),
            Output::Nothing => {}
        }
    }

    /// Shows for good that a part of the step is done.
    pub(crate) fn note(&self, text: &str) {
        match &self.output {
            Output::Spinner(bar) => bar.suspend(|| say(&format!("  {text}"))),
            Output::Lines(..) => say(&format!("  {text}")),
            Output::Nothing => {}
        }
    }

    /// Ends the step well; `outcome` is shown beside its name, and may be empty.
    pub fn done(mut self, outcome: &str) {
        self.end("done", outcome);
    }

    fn end(&mut self, word: &str, outcome: &str) {
        self.finished = true;
        let outcome = if outcome.is_empty() { String::new() } else { format!(": {outcome}") };
        match &mut self.output {
            Output::Spinner(bar) => bar.finish_and_clear(),
            Output::Lines(_, heartbeat) => drop(heartbeat.take()),
            Output::Nothing => {}
        }
        say(&format!("{} ... {word} in {:.1} s{outcome}", self.name, self.began.elapsed().as_secs_f32()));
    }
}

impl Drop for ProgressStep {
    fn drop(&mut self) {
        if !self.finished {
            self.end("failed", "");
        }
    }
}

/// Prints a line to standard error, past the test harness's capture: whoever waits for a test wants to see it.
pub fn say(line: &str) {
    // Nobody is left to tell when standard error is gone.
    let _ = writeln!(stderr(), "{line}");
}

fn spinner(name: &str) -> Output {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} ... {elapsed} {wide_msg:.dim}") {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    Output::Spinner(bar)
}

fn lines(name: &str) -> Output {
    let latest = Arc::new(Mutex::new(String::new()));
    let (heartbeat, ended) = mpsc::channel::<()>();
    let (name, shown, began) = (name.to_owned(), Arc::clone(&latest), Instant::now());
    say(&format!("{name} ..."));
    thread::spawn(move || {
        while ended.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
            let detail = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
            say(&format!("{name} ... {} s {detail}", began.elapsed().as_secs()));
        }
    });
    Output::Lines(latest, Some(heartbeat))
}
