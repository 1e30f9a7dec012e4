//! What may be reached, with names that have whatever addresses a test wants.

use super::*;

/// A network whose names are told by `resolve`.
fn network(net: &[&str], http: &[&str], resolve: Resolve) -> Network {
    let grants = Grants {
        network: net.iter().map(|it| it.parse().expect("a grant")).collect(),
        http: http.iter().map(|it| it.parse().expect("a grant")).collect(),
        ..Grants::default()
    };
    Network {
        resolve,
        ..Network::new(&Arc::new(grants), &Refusal::default())
    }
}

fn addresses(all: &[&str]) -> io::Result<Vec<IpAddr>> {
    let parsed = all.iter().map(|it| it.parse().expect("an address"));
    Ok(parsed.collect())
}

fn nothing(name: &str) -> io::Result<Vec<IpAddr>> {
    panic!("looks up {name}")
}

async fn connects(network: &Network, address: &str) -> bool {
    let address = address.parse().expect("an address");
    network.allows(address, SocketAddrUse::TcpConnect).await
}

async fn looked_up(network: &Network, name: &str) -> Result<Vec<String>, ErrorCode> {
    let addresses = network.lookup(name).await?;
    Ok(addresses.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn a_name_that_leads_home_is_refused() {
    let home = |_: &str| addresses(&["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"]);
    let network = network(&["example.org"], &["http://example.org"], home);
    let told = looked_up(&network, "example.org").await;
    assert_eq!(told, Err(ErrorCode::NameUnresolvable));
    let how = "'example.org' leads to 127.0.0.1, which has to be granted as such; \
               grant it with --allow-net 127.0.0.1";
    assert_eq!(network.refusal.how().as_deref(), Some(how));
    assert!(!connects(&network, "127.0.0.1:80").await);
    assert!(!connects(&network, "169.254.169.254:80").await);
    let asked = "GET http://example.org".parse().expect("a request");
    let there = network.destination(&asked).await;
    assert!(
        matches!(there, Err(HttpError::DestinationIpProhibited)),
        "{there:?}"
    );
    let how = network.refusal.how().expect("a refusal");
    assert!(
        how.ends_with("grant it with --allow-http \"GET http://127.0.0.1\""),
        "{how}"
    );
}

#[tokio::test]
async fn an_address_that_is_granted_as_such_may_have_a_name() {
    let home = |_: &str| addresses(&["127.0.0.1", "127.0.0.2"]);
    let network = network(
        &["example.org", "127.0.0.1"],
        &["http://example.org", "GET http://127.0.0.2"],
        home,
    );
    let told = looked_up(&network, "example.org").await.expect("addresses");
    assert_eq!(told, ["127.0.0.1"]);
    assert!(connects(&network, "127.0.0.1:80").await);
    assert!(!connects(&network, "127.0.0.2:80").await);
    for (asked, reached) in [
        ("GET http://example.org", true),
        ("PUT http://example.org", false),
    ] {
        let there = network
            .destination(&asked.parse().expect("a request"))
            .await;
        assert_eq!(
            there.ok(),
            reached.then(|| vec!["127.0.0.2:80".parse().expect("it")])
        );
    }
}

#[tokio::test]
async fn local_names_lead_home() {
    let home = |_: &str| addresses(&["127.0.0.1", "::1", "0.0.0.0"]);
    let network = network(&["localhost:80", "db.localhost"], &[], home);
    for name in ["localhost", "LOCALHOST.", "db.localhost"] {
        let told = looked_up(&network, name).await.expect("addresses");
        assert_eq!(told, ["127.0.0.1", "::1"], "{name}");
    }
    assert!(connects(&network, "[::1]:80").await);
    assert!(!connects(&network, "0.0.0.0:80").await);
}

#[tokio::test]
async fn a_name_that_changes_its_address_gains_nothing() {
    let rebound = |name: &str| match name {
        "first.example" => addresses(&["192.0.2.1"]),
        _ => addresses(&["127.0.0.1"]),
    };
    let network = network(&["first.example", "second.example"], &[], rebound);
    assert!(connects(&network, "192.0.2.1:80").await);
    // What it led to at the lookup is what is connected to, and the next answer is judged anew.
    let stale = (Instant::now().checked_sub(FRESH)).expect("a machine that is up for longer");
    let forget = |name: &str| {
        network
            .resolved
            .lock()
            .expect("it")
            .get_mut(name)
            .expect("it")
            .0 = stale
    };
    forget("first.example");
    let moved = Network {
        resolve: |_| addresses(&["127.0.0.1", "198.51.100.1"]),
        ..network.clone()
    };
    assert!(!connects(&moved, "192.0.2.1:80").await);
    assert!(!connects(&moved, "127.0.0.1:80").await);
    assert!(connects(&moved, "198.51.100.1:80").await);
}

#[tokio::test]
async fn names_that_are_not_granted_are_never_asked_for() {
    let network = network(&["192.0.2.1:80"], &["192.0.2.1"], nothing);
    let told = looked_up(&network, "secret.evil.example").await;
    assert_eq!(told, Err(ErrorCode::AccessDenied));
    let how = "no lookup of 'secret.evil.example' is granted; \
               grant it with --allow-net secret.evil.example";
    assert_eq!(network.refusal.how().as_deref(), Some(how));
    let asked = "GET secret.evil.example".parse().expect("a request");
    let there = network.destination(&asked).await;
    assert!(
        matches!(there, Err(HttpError::HttpRequestDenied)),
        "{there:?}"
    );
    for (name, told) in [
        ("192.0.2.7", "192.0.2.7"),
        ("2130706433", "127.0.0.1"),
        ("::1", "::1"),
    ] {
        assert_eq!(looked_up(&network, name).await.expect("itself"), [told]);
    }
    for name in ["", "a b", "$(reboot).example", "localhost%lo"] {
        assert_eq!(
            looked_up(&network, name).await,
            Err(ErrorCode::InvalidArgument),
            "{name}"
        );
    }
}

#[tokio::test]
async fn ports_count() {
    let network = network(&["10.0.0.0/8:5432", "[::1]"], &[], nothing);
    assert!(connects(&network, "10.1.2.3:5432").await);
    assert!(!connects(&network, "10.1.2.3:5433").await);
    let how = "no connection to 10.1.2.3:5433 is granted; grant it with --allow-net 10.1.2.3:5433";
    assert_eq!(network.refusal.how().as_deref(), Some(how));
    assert!(connects(&network, "[::1]:1").await);
}
