//! Who may ask: requests that a foreign web page sent are refused, and with a token those without it.
//!
//! A page can make a browser reach loopback, under a name of its own (DNS rebinding) or across origins. So Host must be a name of this machine that
//! nobody else can point here, and an Origin must be the same place.

use std::net::IpAddr;

use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};

use super::json::Refusal;

pub struct Guard {
    pub host: IpAddr,
    pub token: Option<String>,
}

impl Guard {
    /// `local`: the address that the connection came to.
    pub fn check_place(&self, headers: &HeaderMap, local: IpAddr) -> Result<(), Refusal> {
        let host = single(headers, HOST).ok_or_else(|| Refusal::forbidden("the request needs one Host header"))?;
        if !self.is_here(host, local) {
            return Err(Refusal::forbidden("the Host header names another place than this server"));
        }
        if headers.contains_key(ORIGIN) {
            let same = single(headers, ORIGIN).and_then(|origin| origin.strip_prefix("http://")).is_some_and(|o| o.eq_ignore_ascii_case(host));
            if !same {
                return Err(Refusal::forbidden("pages of another origin may not ask this server"));
            }
        }
        Ok(())
    }

    fn is_here(&self, host: &str, local: IpAddr) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((name, port)) if port.is_empty() || is_port(port) => name,
                _ => return false,
            },
            None => match host.split_once(':') {
                Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
                None => host,
                _ => return false,
            },
        };
        let loopback = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])];
        // The server's own address only where it may be reached from: a name in Host is an attacker's to choose, a number is not.
        name.eq_ignore_ascii_case("localhost")
            || name
                .parse::<IpAddr>()
                .is_ok_and(|ip| loopback.contains(&ip) || (!ip.is_unspecified() && (ip == self.host || ip == local.to_canonical())))
    }

    pub fn check_token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(token) = &self.token else { return Ok(()) };
        let given = single(headers, AUTHORIZATION).and_then(|value| value.split_once(' '));
        match given {
            Some((scheme, given)) if scheme.eq_ignore_ascii_case("bearer") && same(given.trim().as_bytes(), token.as_bytes()) => Ok(()),
            _ => Err(Refusal::new(
                401,
                "authentication_error",
                "the request needs the header Authorization: Bearer TOKEN with this server's token",
                None,
                Some("invalid_api_key"),
            )),
        }
    }
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

fn single(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?;
    if all.next().is_some() { None } else { first.to_str().ok() }
}

/// Takes the same time wherever they differ; only a wrong length may be told by it.
fn same(given: &[u8], token: &[u8]) -> bool {
    let mut difference = given.len() ^ token.len();
    for i in 0..given.len() {
        difference |= usize::from(given[i] ^ token[i % token.len()]);
    }
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(pairs: &[(&'static str, &str)]) -> bool {
        let guard = Guard { host: IpAddr::from([127, 0, 0, 1]), token: None };
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        guard.check_place(&headers, IpAddr::from([127, 0, 0, 1])).is_ok()
    }

    #[test]
    fn only_this_machine_and_the_same_origin() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]", "[::1]:99", "127.0.0.1"] {
            assert!(place(&[("host", host)]), "{host}");
            assert!(place(&[("host", host), ("origin", &format!("http://{host}"))]), "{host}");
            for origin in ["null", "http://evil.example", "https://localhost", "http://localhost:1", "http://", "file://"] {
                assert!(!place(&[("host", host), ("origin", origin)]), "{host} {origin}");
            }
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "localhost:x",
            "0.0.0.0",
            "",
            "[::1",
            "[::1]x",
            "127.0.0.1:80:80",
            "10.0.0.1",
            "::1",
            "127.0.0.1.",
            "2130706433",
        ] {
            assert!(!place(&[("host", host)]), "{host}");
        }
        assert!(!place(&[]));
        assert!(!place(&[("host", "localhost"), ("host", "localhost")]));
        assert!(!place(&[("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://evil.example")]));
    }

    #[test]
    fn the_token_is_asked_for_when_there_is_one() {
        let with = |token: Option<&str>, value: Option<&str>| {
            let guard = Guard { host: IpAddr::from([10, 0, 0, 1]), token: token.map(Into::into) };
            let mut headers = HeaderMap::new();
            value.into_iter().for_each(|v| drop(headers.insert(AUTHORIZATION, v.parse().unwrap())));
            guard.check_token(&headers).is_ok()
        };
        assert!(with(None, None) && with(None, Some("Bearer anything")));
        assert!(with(Some("secret"), Some("Bearer secret")) && with(Some("secret"), Some("bearer secret")));
        for wrong in ["Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Bearer secretsecret", "Basic secret", "secret", "Bearer Secret"] {
            assert!(!with(Some("secret"), Some(wrong)), "{wrong}");
        }
        assert!(!with(Some("secret"), None));
    }
}
