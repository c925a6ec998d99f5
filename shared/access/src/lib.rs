#![doc = include_str!("../README.md")]

mod failure;
mod quota_client;
mod saga_visibility;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use digitalocean::{Client, ClientConfig, Token};
use domain::{Account, Clock, error_chain};
use futures::future::BoxFuture;
use runtime::{Error, Secrets};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use store::{Priority, Table};
use url::Url;

pub use failure::{DigitalOceanFailure, Remedy};
pub use quota_client::QuotaClient;
pub use saga_visibility::{REDACTED_ERROR, Redactor, Visibility, owning_tenant};

/// The purpose of a token. An account without a token for a purpose uses its `sync` token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reads for the mirror: every kind.
    Sync,
    /// The fast poll of droplets.
    Fast,
    /// Reads of balances and invoices.
    Billing,
    /// Writes: creating and changing resources.
    Provisioning,
}

impl Purpose {
    /// Returns the name of the purpose, as in the secret's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Fast => "fast",
            Self::Billing => "billing",
            Self::Provisioning => "provisioning",
        }
    }
}

/// A DigitalOcean client with one of an account's tokens.
#[derive(Debug, Clone)]
pub struct AuthorizedClient {
    /// The client. Its requests count against the quota of the priority.
    pub client: Client,
    /// A digest of the token, which identifies it without revealing it.
    pub token_id: String,
}

/// Which client an account's work needs.
#[derive(Debug, Clone, Copy)]
pub struct AccessRequest<'a> {
    /// The account whose token is used.
    pub account: &'a Account,
    /// Which of the account's tokens is used.
    pub purpose: Purpose,
    /// Whose share of the token's quota the requests count against.
    pub priority: Priority,
    /// The time after which no request begins; `None` if the caller limits each request itself.
    pub deadline: Option<Instant>,
}

/// The DigitalOcean clients of all accounts that have a token.
#[derive(Debug)]
pub struct DigitalOceanClients {
    base_url: Url,
    secrets: Secrets,
    table: Table,
    clock: Arc<dyn Clock>,
    /// The first client. Later clients share its connection pool.
    pool: Mutex<Option<Client>>,
    /// The clients by token and priority. They are kept so that a warm function can use up the
    /// requests it has reserved, and still has the rate limit that DigitalOcean last reported for
    /// the token.
    clients: Mutex<HashMap<(String, Priority), Client>>,
}

impl DigitalOceanClients {
    /// Creates the clients for DigitalOcean's API at this address. Tokens are read from `secrets`,
    /// and the rate budget is kept in `table`.
    #[must_use]
    pub fn new(base_url: Url, secrets: Secrets, table: Table, clock: Arc<dyn Clock>) -> Self {
        Self { base_url, secrets, table, clock, pool: Mutex::default(), clients: Mutex::default() }
    }

    /// Returns a client with the account's token for a purpose.
    ///
    /// # Errors
    /// If the token cannot be read or is not a valid one.
    pub async fn access(&self, request: &AccessRequest<'_>) -> Result<AuthorizedClient, DigitalOceanFailure> {
        self.open(request, self.secrets.token(&request.account.secret, request.purpose.as_str()).await)
    }

    /// Returns a client as [`Self::access`] does, but reads the token again from Secrets Manager.
    /// For use after DigitalOcean rejected the current token.
    ///
    /// # Errors
    /// If the token cannot be read or is not a valid one.
    pub async fn access_with_fresh_token(
        &self,
        request: &AccessRequest<'_>,
    ) -> Result<AuthorizedClient, DigitalOceanFailure> {
        self.open(request, self.secrets.refresh(&request.account.secret, request.purpose.as_str()).await)
    }

    /// Does work that may be repeated. If DigitalOcean refused the token, it is done once more with
    /// the token that is stored now: either the token was rotated after it was cached, or
    /// DigitalOcean really refuses it, and the second attempt shows which.
    ///
    /// `work` gets the client, or the reason why there is none; `refused` says of its outcome
    /// whether the token was refused.
    pub async fn with_current_token<'a, T>(
        &self,
        request: &AccessRequest<'_>,
        refused: impl Fn(&T) -> bool + Send,
        work: impl Fn(Result<AuthorizedClient, DigitalOceanFailure>) -> BoxFuture<'a, T> + Send,
    ) -> T {
        let outcome = work(self.access(request).await).await;
        if !refused(&outcome) {
            return outcome;
        }
        work(self.access_with_fresh_token(request).await).await
    }

    fn open(
        &self,
        request: &AccessRequest<'_>,
        token: Result<SecretString, Error>,
    ) -> Result<AuthorizedClient, DigitalOceanFailure> {
        let (purpose, account) = (request.purpose.as_str(), &request.account.account);
        let secret = token.map_err(|error| DigitalOceanFailure {
            // Only a failed request to Secrets Manager may succeed later.
            remedy: match error {
                Error::SecretFetch { .. } => Remedy::Retry { not_before: None },
                _ => Remedy::Operator,
            },
            reason: format!("no {purpose} token for {account}: {}", error_chain(&error)),
        })?;
        let token_id = token_id(&secret);
        let client = self.client(&token_id, request.priority, &secret).map_err(|error| DigitalOceanFailure {
            remedy: Remedy::Operator,
            reason: format!("the {purpose} token of {account} cannot be used: {}", error_chain(&error)),
        })?;
        Ok(AuthorizedClient { client: client.with_own_counter().with_deadline(request.deadline), token_id })
    }

    fn client(&self, token_id: &str, priority: Priority, secret: &SecretString) -> Result<Client, digitalocean::Error> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (token_id.to_owned(), priority);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let quota = QuotaClient::new(self.table.clone(), token_id, priority, self.clock.clone());
        let client = self.pooled(Token::new(secret.expose_secret())?)?.with_request_limiter(Arc::new(quota));
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn pooled(&self, token: Token) -> Result<Client, digitalocean::Error> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = pool.as_ref() {
            return Ok(client.with_token(token));
        }
        let mut config = ClientConfig::new(token);
        config.base_url = Some(self.base_url.clone());
        let client = Client::new(config)?;
        *pool = Some(client.clone());
        Ok(client)
    }
}

/// Returns a digest that identifies the token: 64 bits of its SHA-256.
fn token_id(secret: &SecretString) -> String {
    hex::encode(&Sha256::digest(secret.expose_secret())[..8])
}
