use super::*;
use countersign_model::token::Generation;
use countersign_secret::TokenBytes;

fn ticket(token: &str) -> Ticket {
    Ticket {
        token: TokenBytes::new(token.as_bytes().to_vec()),
        generation: Generation(1),
        rest_url: None,
        soap_url: None,
        auth_url: None,
    }
}

fn injected(sent: &str) -> Option<String> {
    let sent = Bytes::copy_from_slice(sent.as_bytes());
    let place = bearer_in(&sent)?;
    let out = envelope(&sent, place, &ticket("CANARY-real"))?;
    Some(String::from_utf8(out.to_vec()).unwrap())
}

#[test]
fn the_bearer_is_found_behind_the_body_nested_and_under_any_prefix() {
    for (open, close) in [
        (
            "<fueloauth xmlns=\"http://exacttarget.com\">",
            "</fueloauth>",
        ),
        ("<ns1:fueloauth>", "</ns1:fueloauth>"),
        ("<fueloauth><_value_1>", "</_value_1></fueloauth>"),
    ] {
        let sent = |token: &str| {
            format!("<Envelope><Body><x/></Body><Header>{open}{token}{close}</Header></Envelope>")
        };
        assert_eq!(injected(&sent("csg1.abc-_.DEF")), Some(sent("CANARY-real")));
    }
}

#[test]
fn a_bearer_elsewhere_is_not_one() {
    assert_eq!(injected("<Header><other>csg1.abc</other></Header>"), None);
    assert_eq!(
        injected("<fueloauth>foreign</fueloauth><x>csg1.abc</x>"),
        None
    );
    assert_eq!(injected("<fueloauth></fueloauth>"), None);
    let long = format!("<fueloauth>csg1.{}</fueloauth>", "a".repeat(600));
    assert_eq!(injected(&long), None);
}

#[test]
fn a_token_that_would_be_markup_or_no_header_is_not_sent() {
    let sent = Bytes::from_static(b"<fueloauth>csg1.a</fueloauth>");
    let place = bearer_in(&sent).unwrap();
    assert_eq!(envelope(&sent, place, &ticket("</fueloauth>")), None);
    assert!(authorization(&ticket("a\r\nb")).is_none());
    assert!(authorization(&ticket("good")).unwrap().is_sensitive());
}
