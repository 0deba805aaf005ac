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
    let bearer = bearer_in(&sent)?;
    let out = envelope(&sent, &bearer, &ticket("CANARY-real"))?;
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
fn a_bearer_elsewhere_is_never_replaced() {
    let envelope = |header: &str, body: &str| {
        format!("<Envelope><Header>{header}</Header><Body>{body}</Body></Envelope>")
    };
    let good = "<fueloauth>csg1.abc</fueloauth>";
    assert!(injected(&envelope(good, "<x/>")).is_some());
    for (header, body) in [
        ("<other>csg1.abc</other>", "<x/>"),
        ("<fueloauth>foreign</fueloauth>", "<x>csg1.abc</x>"),
        ("<fueloauth></fueloauth>", "<x/>"),
        // Words before it, an attribute, a comment and a second place would be repeated in an answer.
        ("<MessageID>fueloauth csg1.abc</MessageID>", "<x/>"),
        ("<MessageID a=\"fueloauth csg1.abc\"/>", "<x/>"),
        ("<!-- <fueloauth>csg1.abc</fueloauth> -->", "<x/>"),
        (&format!("<MessageID>csg1.abc</MessageID>{good}"), "<x/>"),
        (&format!("{good}{good}"), "<x/>"),
        (good, "<x>csg1.abc</x>"),
        // The same letters written otherwise in the header, and in clear where it would be repeated.
        (
            "<fueloauth>&#99;sg1.abc</fueloauth><MessageID>csg1.abc</MessageID>",
            "<x/>",
        ),
        ("<Deep><fueloauth>csg1.abc</fueloauth></Deep>", "<x/>"),
    ] {
        assert_eq!(injected(&envelope(header, body)), None, "{header} {body}");
    }
    let long = format!("<fueloauth>csg1.{}</fueloauth>", "a".repeat(600));
    assert_eq!(injected(&envelope(&long, "")), None);
}

#[test]
fn a_token_that_would_be_markup_or_no_header_is_not_sent() {
    let sent = "<Envelope><Header><fueloauth>csg1.a</fueloauth></Header></Envelope>";
    let sent = Bytes::from_static(sent.as_bytes());
    assert_eq!(envelope(&sent, "csg1.a", &ticket("</fueloauth>")), None);
    assert!(authorization(&ticket("a\r\nb")).is_none());
    assert!(authorization(&ticket("good")).unwrap().is_sensitive());
}
