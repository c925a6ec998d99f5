//! What the command line means.

use clap::CommandFactory as _;

use super::*;

fn up(arguments: &[&str]) -> Result<Options> {
    let cli = Cli::try_parse_from([&["cargo local", "up"], arguments].concat())?;
    let Some(Command::Up(up)) = cli.command else { panic!("not up") };
    up.options(cli.state_dir, |variable| {
        (variable == "DIGITALOCEAN_TOKEN" || variable == "MY_TOKEN").then(|| format!("{variable}-value\n"))
    })
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn the_simulator_is_the_default() {
    let options = up(&[]).unwrap();
    assert_eq!(options.provider, Provider::Simulator);
    assert_eq!(options.log_level, "info");
    assert!(!options.detach && options.strike_interval.is_none() && options.port.is_none());
    assert!(Cli::try_parse_from(["cargo local"]).unwrap().command.is_none());
}

#[test]
fn the_real_digitalocean_is_not_written_to_unless_told() {
    let live =
        |writes| Provider::Endpoint { url: LIVE.to_owned(), token: "DIGITALOCEAN_TOKEN-value".to_owned(), writes };
    assert_eq!(up(&["--live"]).unwrap().provider, live(false));
    assert_eq!(up(&["--live", "--allow-writes"]).unwrap().provider, live(true));
    assert!(up(&["--allow-writes"]).is_err());
    let Provider::Endpoint { writes, .. } =
        up(&["--digitalocean-url", "https://api.digitalocean.com/", "--token-env", "MY_TOKEN"]).unwrap().provider
    else {
        panic!("not an endpoint")
    };
    assert!(!writes);
}

#[test]
fn another_endpoint_takes_its_token_from_the_named_variable() {
    let options = up(&["--digitalocean-url", "http://127.0.0.1:9", "--token-env", "MY_TOKEN"]).unwrap();
    let expected =
        Provider::Endpoint { url: "http://127.0.0.1:9".to_owned(), token: "MY_TOKEN-value".to_owned(), writes: true };
    assert_eq!(options.provider, expected);
    assert!(up(&["--digitalocean-url", "http://127.0.0.1:9"]).is_err());
    assert!(up(&["--token-env", "MY_TOKEN"]).is_err());
    let missing = up(&["--live", "--token-env", "OTHER"]).unwrap_err().to_string();
    assert!(missing.contains("export OTHER="), "{missing}");
}

#[test]
fn a_token_is_for_one_caller() {
    assert!(Cli::try_parse_from(["cargo local", "token"]).is_err());
    assert!(Cli::try_parse_from(["cargo local", "token", "--admin", "--tenant", "a"]).is_err());
    assert!(Cli::try_parse_from(["cargo local", "token", "--tenant", "a"]).is_ok());
}

#[test]
fn the_state_directory_goes_with_every_command() {
    let cli = Cli::try_parse_from(["cargo local", "run", "droplets", "--state-dir", "/tmp/x"]).unwrap();
    assert_eq!(cli.state_dir, Some(PathBuf::from("/tmp/x")));
}
