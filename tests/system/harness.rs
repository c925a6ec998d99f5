//! Runs the scenarios one after the other on one stack.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use local::{ProgressStep, Stack, say};
use tokio::runtime::Runtime;

use crate::logs;
use crate::world::World;

/// The longest that a scenario may take.
const TIMEOUT: Duration = Duration::from_secs(270);
/// How much of the log is shown when a scenario fails.
const TAIL: usize = 25;

/// How many of the slowest scenarios are listed at the end.
const SLOWEST: usize = 10;

/// A scenario: what it proves, and how.
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) play: for<'a> fn(&'a World) -> Pin<Box<dyn Future<Output = ()> + 'a>>,
}

/// The scenarios of a module, by the names of their functions.
macro_rules! scenarios {
    ($($name:ident),+ $(,)?) => {
        pub(crate) fn scenarios() -> Vec<$crate::harness::Scenario> {
            let module = module_path!().rsplit("::").next().unwrap_or_default();
            vec![$($crate::harness::Scenario {
                name: format!("{module}::{}", stringify!($name)),
                play: |world| Box::pin($name(world)),
            }),+]
        }
    };
}
pub(crate) use scenarios;

/// Where the stack keeps its state; not where `cargo local` does, so that the two do not meet.
pub(crate) fn state_dir() -> PathBuf {
    let program = std::env::current_exe().expect("this program has a path");
    // target/debug/deps/system-...
    program.ancestors().nth(3).expect("it is built below target").join("system-tests")
}

/// Runs those that the command line asks for. A stack comes up only if there are any.
pub(crate) fn run(groups: Vec<Vec<Scenario>>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share the stack, and what one makes slow or fails on purpose is not to meet another.
    arguments.test_threads = Some(1);
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    let world: Arc<OnceLock<World>> = Arc::default();
    let times: Arc<Mutex<Vec<(Duration, String)>>> = Arc::default();
    let trial = |scenario: Scenario| {
        let (runtime, world, times) = (Arc::clone(&runtime), Arc::clone(&world), Arc::clone(&times));
        Trial::test(scenario.name.clone(), move || {
            let began = Instant::now();
            let played = play(&runtime, world.get().expect("the stack is up before the first scenario"), &scenario);
            times.lock().unwrap().push((began.elapsed(), scenario.name));
            played
        })
    };
    let trials: Vec<Trial> = groups.into_iter().flatten().map(trial).collect();
    let any = trials.iter().any(|trial| !arguments.is_filtered_out(trial) && !arguments.ignored);
    if any && !arguments.list {
        runtime.spawn(take_down_on_interrupt());
        say("system tests: bringing up a local stack; on a fresh machine this builds and installs for minutes");
        match runtime.block_on(World::up(state_dir())) {
            Ok(up) => assert!(world.set(up).is_ok(), "there is one stack"),
            Err(error) => {
                say(&format!("error: the stack does not come up: {error:#}"));
                return ExitCode::FAILURE;
            }
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    say(&slowest(&mut times.lock().unwrap()));
    // Its last owner: the trials are gone.
    if let Some(world) = Arc::into_inner(world).and_then(OnceLock::into_inner) {
        let step = ProgressStep::begin("take down the local stack");
        drop(world);
        step.done("");
    }
    conclusion.exit_code()
}

/// The scenarios that took longest, each with its seconds.
fn slowest(times: &mut [(Duration, String)]) -> String {
    times.sort_by(|one, other| other.cmp(one));
    let lines = times.iter().take(SLOWEST).map(|(time, name)| format!("\n{:7.1} s  {name}", time.as_secs_f64()));
    format!("the slowest of {} scenarios:{}", times.len(), lines.collect::<String>())
}

fn play(runtime: &Runtime, world: &World, scenario: &Scenario) -> Result<(), Failed> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async { tokio::time::timeout(TIMEOUT, (scenario.play)(world)).await })
    }));
    // Also after a failure: the next scenario is to find what it expects.
    let cleaned_up = catch_unwind(AssertUnwindSafe(|| runtime.block_on(world.clean_up())));
    let failed = match (played, cleaned_up) {
        (Ok(Ok(())), Ok(())) => return Ok(()),
        (Ok(Err(_)), _) => format!("not done within {} s", TIMEOUT.as_secs()),
        (Err(panic), _) | (_, Err(panic)) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("panicked").to_owned()
        }
    };
    say(&format!("{} failed. The end of {}:\n{}", scenario.name, world.log().display(), workers(world)));
    for api in ["api", "provisioning-api"] {
        let group = format!("/aws/lambda/{}-{api}", world.info().stack);
        if let Ok(lines) = catch_unwind(AssertUnwindSafe(|| runtime.block_on(logs::lines(world, &group)))) {
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            say(&format!("The end of {group}:\n{}", tail(&lines)));
        }
    }
    Err(failed.into())
}

/// The emulator's log has the workers' lines; the API's are only in CloudWatch Logs.
fn workers(world: &World) -> String {
    let log = std::fs::read_to_string(world.log()).unwrap_or_default();
    tail(&log.lines().collect::<Vec<_>>())
}

/// The last lines that are not metrics.
fn tail(lines: &[&str]) -> String {
    let told: Vec<_> = lines.iter().copied().filter(|line| !line.starts_with("{\"_aws\"")).collect();
    told[told.len().saturating_sub(TAIL)..].join("\n")
}

/// The guard of the stack's processes would end them as well, but only once this process is gone,
/// and their record would stay.
async fn take_down_on_interrupt() {
    if tokio::signal::ctrl_c().await.is_ok() {
        say("interrupted: taking down the local stack");
        let _ = Stack::down(Some(&state_dir()));
        std::process::exit(130);
    }
}
