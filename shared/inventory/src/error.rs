//! Why a sweep could not be made or noted.

/// A sweep that could neither be finished nor noted as failed. What DigitalOcean refuses is no such error: it is in the receipt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The table refused or did not answer. Another run makes it right.
    #[error("the table failed")]
    Table(#[from] store::Error),
    /// Rows kept changing between reading and writing.
    #[error("{what} kept changing under the sweep: gave up after {attempts} attempts")]
    Contended {
        /// Which row.
        what: String,
        /// How often it was tried.
        attempts: u32,
    },
}

impl Error {
    /// Whether it is one row's own trouble, which must not hold up the others.
    pub(crate) fn affects_only_one_row(&self) -> bool {
        match self {
            Self::Contended { .. } => true,
            Self::Table(error) => error.is_about_one_item(),
        }
    }
}
