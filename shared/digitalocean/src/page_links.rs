//! `links.pages.next`: a signal that there is another page, never an address to follow. Pure.

use url::Url;

/// What is wrong with a `next` link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageLinkError {
    /// It points to another origin, where the token must not go.
    #[error("the next page is said to be at another origin ({origin}); the token is not sent there")]
    ForeignOrigin {
        /// Scheme, host and port it points to.
        origin: String,
    },
    /// It does not lead to the page after this one: following it would loop or skip.
    #[error("after page {page} the next link names page {next:?}, not {}", page + 1)]
    NotAdvancing {
        /// The page it came with.
        page: u32,
        /// The page it names; `None` when it names none.
        next: Option<u32>,
    },
    /// It is not a URL.
    #[error("the next link after page {page} is not a URL")]
    NotAUrl {
        /// The page it came with.
        page: u32,
    },
    /// There is no end to it.
    #[error("the list has more than {pages} pages")]
    Endless {
        /// Pages read in one walk.
        pages: u32,
    },
}

/// Checks that `next` leads to the page after `page` on the origin of `base`. What else it carries is not used: filters may be
/// missing from it, so the caller asks for the next page with its own query.
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
    fn the_page_after_this_one_on_the_same_origin() {
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
