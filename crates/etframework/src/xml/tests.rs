use super::*;
use proptest::prelude::*;

fn good(text: &str) -> Element {
    read(text.as_bytes()).expect(text)
}

#[test]
fn a_document_is_read_whatever_its_prefixes() {
    let root = good(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- x -->\n<s:A xmlns:s=\"u\" \
                     s:kind=\"a&amp;b\"><B> one &lt;&#x41;<![CDATA[&c]]></B><s:B/></s:A>\n",
    );
    assert_eq!(root.name, "A");
    assert_eq!(root.attributes, [("kind".to_owned(), "a&b".to_owned())]);
    assert_eq!(root.child("B").expect("B").text, " one <A&c");
    assert_eq!(root.children.len(), 2);
    assert_eq!(root.first_text(), Some("one <A&c"));
}

#[test]
fn what_could_work_without_end_is_refused() {
    let deep = "<a>".repeat(DEPTH_MAX + 1);
    let of = |result: Result<Element, XmlError>| match result {
        Err(XmlError::TooLarge { of, .. }) => of,
        other => panic!("{other:?}"),
    };
    assert_eq!(of(read(deep.as_bytes())), "elements within each other");
    let crowd = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX));
    assert_eq!(of(read(crowd.as_bytes())), "elements");
    assert_eq!(of(read(&vec![b' '; BYTES_MAX + 1])), "bytes");
    let many: String = (0..=ATTRIBUTES_MAX)
        .map(|n| format!(" a{n}=\"\""))
        .collect();
    assert_eq!(of(read(format!("<a{many}/>").as_bytes())), "attributes");
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbb\">]><a>&b;</a>";
    assert_eq!(read(bomb.as_bytes()), Err(XmlError::DocumentType));
}

#[test]
fn what_is_no_document_says_why() {
    let odd: [&[u8]; 7] = [
        b"",
        b"<a>",
        b"</a>",
        b"<a></b>",
        b"x",
        b"<a/><b/>",
        b"<a>&nothing;</a>",
    ];
    for bytes in odd {
        assert!(
            matches!(read(bytes), Err(XmlError::Malformed { .. })),
            "{bytes:?}"
        );
    }
    assert_eq!(read(b"<a>\xFF</a>"), Err(XmlError::Encoding));
    let utf16 = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>";
    assert_eq!(read(utf16.as_bytes()), Err(XmlError::Encoding));
}

#[test]
fn what_is_escaped_reads_as_it_was() {
    let mut out = String::from("<a>");
    escape("<&>\"'\r\n\u{0}é", &mut out);
    out.push_str("</a>");
    assert_eq!(out, "<a>&lt;&amp;&gt;&quot;'&#13;\né</a>");
    assert_eq!(good(&out).text, "<&>\"'\r\né");
}

proptest! {
    #[test]
    fn any_bytes_are_a_document_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn anything_like_xml_is_a_document_or_an_error(text in "(<[/?!a-c:]{0,3}[a-c =\"'&;#x0-9\\[\\]-]{0,6}/?>|&[a-z#0-9]{0,4};|[ -~é]{0,3}){0,14}") {
        let _ = read(text.as_bytes());
    }

    #[test]
    fn any_text_survives_a_round_trip(text in "[ -~\\n\\té€😀]{0,40}") {
        let mut out = String::from("<a>");
        escape(&text, &mut out);
        out.push_str("</a>");
        prop_assert_eq!(good(&out).text, text);
    }
}

#[test]
fn what_is_hidden_is_gone_and_all_else_stands_as_it_was_written() {
    let document = "<?xml version=\"1.0\"?><!-- CANARY --><s:A xmlns:s='u' y = \"1\">\n <b>CANARY</b><b/>\
                    <c><b>CAN<![CDATA[ARY]]>&#64;x</b>kept &amp; so</c><d>fine</d></s:A>";
    let left = without(document.as_bytes(), |around, element| {
        element.name == "b" && around.first().is_some_and(|root| root.name == "A")
    });
    let expected = "<?xml version=\"1.0\"?><s:A xmlns:s='u' y = \"1\">\n <b></b><b/>\
                    <c><b></b>kept &amp; so</c><d>fine</d></s:A>";
    assert_eq!(String::from_utf8(left.unwrap()).unwrap(), expected);
}

#[test]
fn what_cannot_be_read_is_not_copied_either() {
    let never = |_: &[&Element], _: &Element| false;
    for document in ["", "<a>", "<a></b>", "<!DOCTYPE a><a/>", "<a>&x;</a>"] {
        assert!(without(document.as_bytes(), never).is_err(), "{document}");
    }
}
