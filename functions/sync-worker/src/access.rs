//! The way to DigitalOcean: one connection pool, a token per account and purpose.

use std::sync::{Mutex, PoisonError};

use digitalocean::{Client, Config, Deadline, Token};
use domain::{Account, error_chain};
use inventory::{Access, Next};
use runtime::{Error, Secrets};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// What tokens are for; each falls back to `sync` where the account has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reading everything.
    Sync,
    /// Making and changing things.
    Provisioning,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Provisioning => "provisioning",
        }
    }
}

/// DigitalOcean, for every account that has a token.
#[derive(Debug)]
pub struct DigitalOcean {
    base_url: Url,
    secrets: Secrets,
    /// The first client; later ones share its connections.
    pool: Mutex<Option<Client>>,
}

impl DigitalOcean {
    /// DigitalOcean at this address, with tokens from these secrets.
    #[must_use]
    pub fn new(base_url: Url, secrets: Secrets) -> Self {
        Self { base_url, secrets, pool: Mutex::new(None) }
    }

    /// A client with the account's token for a purpose, or why there is none.
    pub(crate) async fn access(&self, account: &Account, purpose: Purpose, deadline: Deadline) -> Access {
        let token = self.secrets.token(&account.secret, purpose.as_str()).await;
        self.open(account, purpose, token, deadline)
    }

    /// The same with a token fetched anew, after DigitalOcean refused the one at hand.
    pub(crate) async fn access_anew(&self, account: &Account, purpose: Purpose, deadline: Deadline) -> Access {
        let token = self.secrets.refresh(&account.secret, purpose.as_str()).await;
        self.open(account, purpose, token, deadline)
    }

    fn open(
        &self,
        account: &Account,
        purpose: Purpose,
        token: Result<SecretString, Error>,
        deadline: Deadline,
    ) -> Access {
        let (purpose, account) = (purpose.as_str(), &account.account);
        let secret = match token {
            Ok(secret) => secret,
            Err(error) => {
                // Only what Secrets Manager did not answer may pass by itself.
                let next = if matches!(error, Error::SecretFetch { .. }) { Next::Retry } else { Next::Person };
                return Access::Denied {
                    reason: format!("no {purpose} token for {account}: {}", error_chain(&error)),
                    next,
                };
            }
        };
        match Token::new(secret.expose_secret()).and_then(|token| self.client(token)) {
            Ok(client) => Access::Granted(client.with_deadline(deadline)),
            Err(error) => {
                let reason = format!("the {purpose} token of {account} cannot be used: {}", error_chain(&error));
                Access::Denied { reason, next: Next::Person }
            }
        }
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
}
