//! Tests of how arguments become options.

use clap::CommandFactory as _;
use secrecy::ExposeSecret as _;

use super::*;

fn up(arguments: &[&str]) -> Result<StackOptions> {
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
    assert!(matches!(options.provider, ProviderEndpoint::Simulator));
    assert_eq!(options.log_level, "info");
    assert!(!options.detach && options.strike_interval.is_none() && options.port.is_none());
    assert!(Cli::try_parse_from(["cargo local"]).unwrap().command.is_none());
}

/// Parses arguments into `(URL, token, writes)` of the endpoint.
fn endpoint(arguments: &[&str]) -> Result<(String, String, bool)> {
    let ProviderEndpoint::External { url, token, writes } = up(arguments)?.provider else { panic!("not an endpoint") };
    Ok((url, token.expose_secret().to_owned(), writes))
}

#[test]
fn the_real_digitalocean_is_not_written_to_unless_told() {
    let live = |writes| (LIVE.to_owned(), "DIGITALOCEAN_TOKEN-value".to_owned(), writes);
    assert_eq!(endpoint(&["--live"]).unwrap(), live(false));
    assert_eq!(endpoint(&["--live", "--allow-writes"]).unwrap(), live(true));
    assert!(up(&["--allow-writes"]).is_err());
    assert!(up(&["--live", "--digitalocean-url", LIVE, "--token-env", "MY_TOKEN"]).is_err());
}

#[test]
fn the_real_digitalocean_is_known_by_its_host() {
    let writes = |url, more: &[&str]| {
        endpoint(&[&["--digitalocean-url", url, "--token-env", "MY_TOKEN"], more].concat()).unwrap().2
    };
    for real in [
        "https://api.digitalocean.com/",
        "https://API.DigitalOcean.com",
        "https://api.digitalocean.com:443/v2",
        "https://me@api.digitalocean.com.",
        "HTTPS:api.digitalocean.com?x",
    ] {
        assert!(!writes(real, &[]), "{real}");
        assert!(writes(real, &["--allow-writes"]), "{real}");
    }
    for other in ["http://127.0.0.1:9/api.digitalocean.com", "https://my-api.digitalocean.com.example"] {
        assert!(writes(other, &[]), "{other}");
    }
    for wrong in ["api.digitalocean.com", "api.digitalocean.com:443", "file:///api.digitalocean.com", "https://", ""] {
        let error = up(&["--digitalocean-url", wrong, "--token-env", "MY_TOKEN"]).unwrap_err().to_string();
        assert!(error.starts_with("--digitalocean-url takes a URL") && error.lines().count() == 1, "{wrong}: {error}");
    }
}

#[test]
fn another_endpoint_takes_its_token_from_the_named_variable() {
    let found = endpoint(&["--digitalocean-url", "http://127.0.0.1:9", "--token-env", "MY_TOKEN"]).unwrap();
    assert_eq!(found, ("http://127.0.0.1:9".to_owned(), "MY_TOKEN-value".to_owned(), true));
    assert!(up(&["--digitalocean-url", "http://127.0.0.1:9"]).is_err());
    assert!(up(&["--token-env", "MY_TOKEN"]).is_err());
    let missing = up(&["--live", "--token-env", "OTHER"]).unwrap_err().to_string();
    assert!(missing.contains("export OTHER="), "{missing}");
}

#[test]
fn a_token_cannot_be_printed_by_accident() {
    let options = up(&["--live"]).unwrap();
    assert!(!format!("{options:?}").contains("TOKEN-value"), "{options:?}");
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
