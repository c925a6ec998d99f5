//! The way to an account's DigitalOcean: its tokens by purpose, one connection pool, and a fair share of each token's rate limit.

mod share;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use digitalocean::{Client, Config, Deadline, Token};
use domain::{Account, Clock, error_chain};
use runtime::{Error, Secrets};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use store::{Priority, Table};
use url::Url;

pub use share::Share;

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
pub struct Opened {
    /// The client; its requests come out of the priority's share.
    pub client: Client,
    /// Which token, by a digest: tells tokens apart and none of their secret.
    pub token_id: String,
}

/// Why there is no way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong and what to do.
    pub reason: String,
    /// Whether it may pass by itself.
    pub retry: bool,
}

/// DigitalOcean, for every account that has a token.
#[derive(Debug)]
pub struct DigitalOcean {
    base_url: Url,
    secrets: Secrets,
    table: Table,
    clock: Arc<dyn Clock>,
    /// The first client; later ones share its connections.
    pool: Mutex<Option<Client>>,
    /// What is reserved and not used yet, by token and priority: a warm function goes on with it.
    shares: Mutex<HashMap<(String, Priority), Arc<Share>>>,
}

impl DigitalOcean {
    /// DigitalOcean at this address, with tokens from these secrets and the rate budget in this table.
    #[must_use]
    pub fn new(base_url: Url, secrets: Secrets, table: Table, clock: Arc<dyn Clock>) -> Self {
        Self { base_url, secrets, table, clock, pool: Mutex::default(), shares: Mutex::default() }
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
        deadline: Deadline,
    ) -> Result<Opened, Refusal> {
        let token = self.secrets.token(&account.secret, purpose.as_str()).await;
        self.open(account, purpose, priority, token, deadline)
    }

    /// The same with a token fetched anew, after DigitalOcean refused the one at hand.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn access_anew(
        &self,
        account: &Account,
        purpose: Purpose,
        priority: Priority,
        deadline: Deadline,
    ) -> Result<Opened, Refusal> {
        let token = self.secrets.refresh(&account.secret, purpose.as_str()).await;
        self.open(account, purpose, priority, token, deadline)
    }

    fn open(
        &self,
        account: &Account,
        purpose: Purpose,
        priority: Priority,
        token: Result<SecretString, Error>,
        deadline: Deadline,
    ) -> Result<Opened, Refusal> {
        let (purpose, account) = (purpose.as_str(), &account.account);
        let secret = token.map_err(|error| Refusal {
            // Only what Secrets Manager did not answer may pass by itself.
            retry: matches!(error, Error::SecretFetch { .. }),
            reason: format!("no {purpose} token for {account}: {}", error_chain(&error)),
        })?;
        let token_id = token_id(&secret);
        let client = Token::new(secret.expose_secret()).and_then(|token| self.client(token));
        let client = client.map_err(|error| Refusal {
            reason: format!("the {purpose} token of {account} cannot be used: {}", error_chain(&error)),
            retry: false,
        })?;
        let client = client.with_deadline(deadline).with_gate(self.share(&token_id, priority));
        Ok(Opened { client, token_id })
    }

    fn client(&self, token: Token) -> Result<Client, digitalocean::Error> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = pool.as_ref() {
            return Ok(client.with_token(token));
        }
        let mut config = Config::new(token);
        config.base_url = Some(self.base_url.clone());
        let client = Client::new(config)?;
        *pool = Some(client.clone());
        Ok(client)
    }

    fn share(&self, token_id: &str, priority: Priority) -> Arc<Share> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Share::new(self.table.clone(), token_id, priority, self.clock.clone()));
        shares.entry((token_id.to_owned(), priority)).or_insert_with(new).clone()
    }
}

/// Which token: 64 bits of its SHA-256.
fn token_id(secret: &SecretString) -> String {
    hex::encode(&Sha256::digest(secret.expose_secret())[..8])
}
