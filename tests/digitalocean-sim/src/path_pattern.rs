//! Path patterns. `*` stands for any text, slashes included. Without a `*` the path must be equal.

pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| path.strip_prefix(head)) else { return false };
    let Some(tail) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("/v2/droplets", "/v2/droplets"));
        assert!(!matches("/v2/droplets", "/v2/droplets/1"));
        assert!(matches("/v2/droplets*", "/v2/droplets"));
        assert!(matches("/v2/droplets*", "/v2/droplets/1"));
        assert!(matches("/v2/projects/*/resources", "/v2/projects/abc/resources"));
        assert!(!matches("/v2/projects/*/resources", "/v2/projects/abc"));
        assert!(matches("*", "/v2/anything"));
        assert!(!matches("/v2/d*s", "/v2/d"));
    }
}
