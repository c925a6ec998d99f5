//! Tests of the cache, the fallback and the accepted forms of a token.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::*;

/// A fake Secrets Manager whose values a test can change. It counts the fetches.
#[derive(Clone, Default)]
struct FakeSecretSource(Arc<SourceState>);

#[derive(Default)]
struct SourceState {
    values: Mutex<HashMap<String, String>>,
    denied: Mutex<Vec<String>>,
    fetches: AtomicUsize,
}

impl FakeSecretSource {
    fn set(&self, name: &str, value: &str) {
        self.0.values.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    fn deny(&self, name: &str) {
        self.0.denied.lock().unwrap().push(name.to_owned());
    }

    fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::SeqCst)
    }
}

impl SecretSource for FakeSecretSource {
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async move {
            self.0.fetches.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if self.0.denied.lock().unwrap().iter().any(|denied| denied == name) {
                return Err(FetchError::Failed("AccessDeniedException".into()));
            }
            let value = self.0.values.lock().unwrap().get(name).cloned();
            value.map(SecretString::from).ok_or(FetchError::NotFound)
        }
        .boxed()
    }
}

fn vault(values: &[(&str, &str)]) -> (FakeSecretSource, Secrets) {
    let vault = FakeSecretSource::default();
    for (name, value) in values {
        vault.set(name, value);
    }
    (vault.clone(), Secrets::new(vault, "arcadia/dev/do"))
}

async fn token(secrets: &Secrets, purpose: &str) -> String {
    secrets.token(BASE, purpose).await.unwrap().expose_secret().to_owned()
}

const BASE: &str = "arcadia/dev/do/main";
const SYNC: &str = "arcadia/dev/do/main/sync";
const BILLING: &str = "arcadia/dev/do/main/billing";

#[tokio::test]
async fn a_purpose_without_a_secret_uses_that_of_sync_and_both_results_are_cached() {
    let (vault, secrets) = vault(&[(SYNC, "tok-sync")]);
    assert_eq!(token(&secrets, "billing").await, "tok-sync");
    assert_eq!(vault.fetches(), 2, "billing, then sync");
    assert_eq!(token(&secrets, "billing").await, "tok-sync");
    assert_eq!(token(&secrets, "sync").await, "tok-sync");
    assert_eq!(vault.fetches(), 2);
}

#[tokio::test]
async fn a_purpose_with_a_secret_uses_it() {
    let (_, secrets) = vault(&[(SYNC, "tok-sync"), (BILLING, "tok-billing")]);
    assert_eq!(token(&secrets, "billing").await, "tok-billing");
}

#[tokio::test]
async fn only_absence_falls_back() {
    let (vault, secrets) = vault(&[(SYNC, "tok-sync")]);
    vault.deny(BILLING);
    let error = secrets.token(BASE, "billing").await.unwrap_err();
    assert!(matches!(&error, Error::SecretFetch { name, .. } if name == BILLING), "{error}");
    assert!(crate::telemetry::chain(&error).contains("AccessDenied"));
    vault.0.denied.lock().unwrap().clear();
    assert_eq!(token(&secrets, "billing").await, "tok-sync", "a failure is not cached");
}

#[tokio::test]
async fn if_neither_secret_exists_both_names_are_reported_and_the_result_is_cached() {
    let (vault, secrets) = vault(&[]);
    for _ in 0..2 {
        let error = secrets.token(BASE, "billing").await.unwrap_err();
        assert_eq!(error.to_string(), format!("no such secret: {BILLING}, {SYNC}"));
    }
    assert_eq!(vault.fetches(), 2);
}

#[tokio::test]
async fn concurrent_callers_make_one_fetch() {
    let (vault, secrets) = vault(&[(SYNC, "tok-sync")]);
    let tokens = futures::future::join_all((0..50).map(|_| secrets.token(BASE, "sync"))).await;
    assert!(tokens.iter().all(|token| token.as_ref().unwrap().expose_secret() == "tok-sync"));
    assert_eq!(vault.fetches(), 1);
}

#[tokio::test]
async fn a_token_is_fetched_again_after_its_time_to_live() {
    let (vault, secrets) = vault(&[(SYNC, "old")]);
    let secrets = secrets.with_ttl(Duration::ZERO);
    assert_eq!(token(&secrets, "sync").await, "old");
    vault.set(SYNC, "new");
    assert_eq!(token(&secrets, "sync").await, "new");
}

/// The offset in seconds of the clock that a test advances. It is static, because the clock is a
/// function pointer and has no state of its own.
static SECONDS: AtomicU64 = AtomicU64::new(0);
static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();

fn advanced() -> Instant {
    *START.get_or_init(Instant::now) + Duration::from_secs(SECONDS.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_refused_token_is_fetched_again_but_a_fresh_one_is_not() {
    let (vault, mut secrets) = vault(&[(SYNC, "old")]);
    secrets.now = advanced;
    assert_eq!(token(&secrets, "sync").await, "old");
    vault.set(SYNC, "new");
    assert_eq!(secrets.refresh(BASE, "sync").await.unwrap().expose_secret(), "old", "fetched just now");
    SECONDS.store(6, Ordering::SeqCst);
    assert_eq!(token(&secrets, "sync").await, "old", "within its time to live");
    for _ in 0..10 {
        assert_eq!(secrets.refresh(BASE, "sync").await.unwrap().expose_secret(), "new");
    }
    assert_eq!(vault.fetches(), 2);
    assert_eq!(token(&secrets, "sync").await, "new");
}

#[tokio::test]
async fn both_forms_are_accepted_and_anything_else_is_refused_without_its_value() {
    for good in
        ["dop_v1_s3cret", " dop_v1_s3cret\n", r#"{"token":"dop_v1_s3cret"}"#, r#" {"token":" dop_v1_s3cret ","x":1}"#]
    {
        let (_, secrets) = vault(&[(SYNC, good)]);
        assert_eq!(token(&secrets, "sync").await, "dop_v1_s3cret", "{good}");
    }
    for bad in
        ["", " \n", r#"{"token":""}"#, r#"{"key":"s3cret"}"#, r#"{"token":7}"#, "{s3cret", "s3cret s3cret", "s3crèt"]
    {
        let (_, secrets) = vault(&[(SYNC, bad)]);
        let error = secrets.token(BASE, "sync").await.unwrap_err();
        assert!(matches!(error, Error::SecretUnusable { .. }), "{bad}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3c"), "{error:?}");
    }
}

#[tokio::test]
async fn a_base_that_is_not_one_slug_below_the_prefix_is_not_fetched() {
    let (vault, secrets) = vault(&[]);
    for bad in [
        "",
        "main",
        "arcadia/dev/do",
        "arcadia/dev/do/",
        "arcadia/dev/do/*",
        "arcadia/dev/do/Main",
        "arcadia/dev/do/main/",
        "arcadia/dev/do/main/sync",
        "arcadia/dev/do/../prod",
        "arcadia/dev/domain",
        "arcadia/prod/do/main",
        " arcadia/dev/do/main",
    ] {
        let error = secrets.token(bad, "sync").await.unwrap_err();
        assert!(matches!(error, Error::SecretBase { .. }), "{bad}: {error}");
        assert_eq!(error.to_string(), "the secret's base name is not arcadia/dev/do/<slug>");
        assert!(matches!(secrets.refresh(bad, "sync").await, Err(Error::SecretBase { .. })), "{bad}");
    }
    for bad in ["", "sync/../x", "*"] {
        assert!(matches!(secrets.token(BASE, bad).await, Err(Error::InvalidSlug { .. })), "{bad}");
    }
    assert_eq!(vault.fetches(), 0);
}

#[tokio::test]
async fn debug_shows_no_token() {
    let (_, secrets) = vault(&[(SYNC, "s3cret")]);
    let fetched = secrets.token(BASE, "sync").await.unwrap();
    assert!(!format!("{secrets:?} {fetched:?}").contains("s3cret"));
}
