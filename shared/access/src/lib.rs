//! The way to an account's DigitalOcean: its tokens by purpose, one connection pool, and a fair share of each token's rate limit.

mod quota_client;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use digitalocean::{Client, ClientConfig, RequestDeadline, Token};
use domain::{Account, Clock, error_chain};
use runtime::{Error, Secrets};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use store::{Priority, Table};
use url::Url;

pub use quota_client::QuotaClient;

/// What tokens are for; each falls back to `sync` where the account has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading everything.
    Sync,
    /// The quick look at droplets.
    Fast,
    /// Balances and invoices.
    Billing,
    /// Making and changing things.
    Provisioning,
}

impl Purpose {
    /// The name, as in the secret's.
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

/// DigitalOcean, opened by one of an account's tokens.
#[derive(Debug, Clone)]
pub struct AuthorizedClient {
    /// The client; its requests come out of the priority's share.
    pub client: Client,
    /// Which token, by a digest: tells tokens apart and none of their secret.
    pub token_id: String,
}

/// Why there is no way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessDenied {
    /// What is wrong and what to do.
    pub reason: String,
    /// Whether it may pass by itself.
    pub retry: bool,
}

/// DigitalOcean, for every account that has a token.
#[derive(Debug)]
pub struct DigitalOceanClients {
    base_url: Url,
    secrets: Secrets,
    table: Table,
    clock: Arc<dyn Clock>,
    /// The first client; later ones share its connections.
    pool: Mutex<Option<Client>>,
    /// By token and priority: a warm function goes on with what is reserved and not used yet, and knows what DigitalOcean said last of the
    /// token's limit.
    clients: Mutex<HashMap<(String, Priority), Client>>,
}

impl DigitalOceanClients {
    /// DigitalOcean at this address, with tokens from these secrets and the rate budget in this table.
    #[must_use]
    pub fn new(base_url: Url, secrets: Secrets, table: Table, clock: Arc<dyn Clock>) -> Self {
        Self { base_url, secrets, table, clock, pool: Mutex::default(), clients: Mutex::default() }
    }

    /// A client with the account's token for a purpose.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn access(
        &self,
        account: &Account,
        purpose: Purpose,
        priority: Priority,
        deadline: RequestDeadline,
    ) -> Result<AuthorizedClient, AccessDenied> {
        let token = self.secrets.token(&account.secret, purpose.as_str()).await;
        self.open(account, purpose, priority, token, deadline)
    }

    /// The same with a token fetched anew, after DigitalOcean refused the one at hand.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn access_with_fresh_token(
        &self,
        account: &Account,
        purpose: Purpose,
        priority: Priority,
        deadline: RequestDeadline,
    ) -> Result<AuthorizedClient, AccessDenied> {
        let token = self.secrets.refresh(&account.secret, purpose.as_str()).await;
        self.open(account, purpose, priority, token, deadline)
    }

    fn open(
        &self,
        account: &Account,
        purpose: Purpose,
        priority: Priority,
        token: Result<SecretString, Error>,
        deadline: RequestDeadline,
    ) -> Result<AuthorizedClient, AccessDenied> {
        let (purpose, account) = (purpose.as_str(), &account.account);
        let secret = token.map_err(|error| AccessDenied {
            // Only what Secrets Manager did not answer may pass by itself.
            retry: matches!(error, Error::SecretFetch { .. }),
            reason: format!("no {purpose} token for {account}: {}", error_chain(&error)),
        })?;
        let token_id = token_id(&secret);
        let client = self.client(&token_id, priority, &secret).map_err(|error| AccessDenied {
            reason: format!("the {purpose} token of {account} cannot be used: {}", error_chain(&error)),
            retry: false,
        })?;
        Ok(AuthorizedClient { client: client.with_own_counter().with_deadline(deadline), token_id })
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

/// Which token: 64 bits of its SHA-256.
fn token_id(secret: &SecretString) -> String {
    hex::encode(&Sha256::digest(secret.expose_secret())[..8])
}
