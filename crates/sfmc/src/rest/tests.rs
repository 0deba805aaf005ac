use super::*;

fn found(method: &str, path: &str) -> Found {
    let request = Request {
        path: path.to_owned(),
        ..Request::default()
    };
    find(method, &request.segments())
}

#[test]
fn every_route_finds_itself_in_any_case_with_doubled_slashes_and_a_slash_at_the_end() {
    for route in ROUTES {
        let path = route.pattern.replace("{key}", "a").replace("{id}", "b");
        let path = path
            .replace(['{', '}'], "")
            .to_uppercase()
            .replace('/', "//")
            + "/";
        match found(route.method, &path) {
            Found::Route(hit, _) => assert_eq!(hit.pattern, route.pattern),
            _ => panic!("{} is not found as {path}", route.pattern),
        }
    }
}

#[test]
fn keys_keep_their_case_and_are_decoded() {
    let Found::Route(_, keys) = found("GET", "/DATA/v1/customObjectData/key/My%20Key/rowset")
    else {
        panic!("not found")
    };
    assert_eq!(keys, ["My Key"]);
    let Found::Route(route, keys) = found("GET", "/interaction/v1/interactions/KEY:J-1") else {
        panic!("not found")
    };
    assert_eq!(
        (route.pattern, keys[0].as_str()),
        ("/interaction/v1/interactions/key:{key}", "J-1")
    );
}

#[test]
fn other_methods_are_told_from_other_paths() {
    assert!(matches!(
        found("DELETE", "/v2/userinfo"),
        Found::OtherMethod("/v2/userinfo")
    ));
    assert!(matches!(found("GET", "/v2/userinfos"), Found::Nothing));
    assert!(matches!(found("GET", "/"), Found::Nothing));
    assert!(matches!(
        found("POST", "/hub/v1/dataevents/key:/rowset"),
        Found::Nothing
    ));
}
