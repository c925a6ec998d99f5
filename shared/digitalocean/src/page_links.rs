//! The check of `links.pages.next`. The link only signals that there is another page; it is never
//! followed as an address. No I/O.

use url::Url;

/// The fault of a `next` link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageLinkError {
    /// The link points to another origin, to which the token must not be sent.
    #[error("the link to the next page points to another origin ({origin}), to which the token is not sent")]
    ForeignOrigin {
        /// Scheme, host and port that the link points to.
        origin: String,
    },
    /// The link does not lead to the page after this one, so that following it would loop or skip
    /// pages.
    #[error("the next link of page {page} names page {next:?} instead of page {}", page + 1)]
    NotAdvancing {
        /// Number of the page with the link.
        page: u32,
        /// Number of the page that the link names; `None` when it names none.
        next: Option<u32>,
    },
    /// The link is not a URL.
    #[error("the next link of page {page} is not a URL")]
    NotAUrl {
        /// Number of the page with the link.
        page: u32,
    },
    /// The list has so many pages that it counts as endless.
    #[error("the list has more than {pages} pages, which is taken as endless")]
    Endless {
        /// Number of pages read in one pass.
        pages: u32,
    },
}

/// Checks that `next` leads to the page after `page` on the origin of `base`. The other parts of
/// the link are not used, because filters may be missing from it; the caller requests the next page
/// with its own query.
pub(crate) fn check_next(next: &str, base: &Url, page: u32) -> Result<(), PageLinkError> {
    let next = base.join(next).map_err(|_| PageLinkError::NotAUrl { page })?;
    if next.origin() != base.origin() {
        return Err(PageLinkError::ForeignOrigin { origin: next.origin().ascii_serialization() });
    }
    let number = next.query_pairs().find(|(name, _)| name == "page").and_then(|(_, value)| value.parse().ok());
    if number == page.checked_add(1) && number.is_some() {
        Ok(())
    } else {
        Err(PageLinkError::NotAdvancing { page, next: number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(next: &str, page: u32) -> Result<(), PageLinkError> {
        check_next(next, &Url::parse("https://api.digitalocean.com").unwrap(), page)
    }

    #[test]
    fn the_next_page_on_the_same_origin_is_accepted() {
        assert_eq!(check("https://api.digitalocean.com/v2/droplets?page=2&per_page=200", 1), Ok(()));
        assert_eq!(check("https://api.digitalocean.com:443/v2/droplets?page=3", 2), Ok(()));
        assert_eq!(check("/v2/droplets?page=2", 1), Ok(()));
    }

    #[test]
    fn another_origin_is_refused() {
        for link in [
            "https://evil.example/v2/droplets?page=2",
            "http://api.digitalocean.com/v2/droplets?page=2",
            "https://api.digitalocean.com:8443/v2/droplets?page=2",
            "https://api.digitalocean.com.evil.example/?page=2",
            "https://api.digitalocean.com@evil.example/?page=2",
            "//evil.example/?page=2",
            "data:text/plain,page=2",
        ] {
            assert!(matches!(check(link, 1), Err(PageLinkError::ForeignOrigin { .. })), "{link}");
        }
    }

    #[test]
    fn a_link_that_does_not_advance_is_refused() {
        for (link, next) in [("?page=1", Some(1)), ("?page=3", Some(3)), ("?per_page=200", None), ("?page=two", None)] {
            assert_eq!(check(link, 1), Err(PageLinkError::NotAdvancing { page: 1, next }), "{link}");
        }
        assert!(matches!(check("https://[", 1), Err(PageLinkError::NotAUrl { .. })));
        assert!(matches!(check("?page=x", u32::MAX), Err(PageLinkError::NotAdvancing { .. })));
    }
}
