use super::*;

#[test]
fn the_base_path_names_the_host_and_is_taken_off() {
    let to = |path: &str| destination(path);
    assert_eq!(to("/rest.com/data/v1/x"), (Host::Rest, "/data/v1/x".into()));
    assert_eq!(
        to("/REST.com//data/v1/x"),
        (Host::Rest, "/data/v1/x".into())
    );
    assert_eq!(to("/data/v1/x"), (Host::Rest, "/data/v1/x".into()));
    assert_eq!(
        to("/soap.com/Service.asmx"),
        (Host::Soap, "/Service.asmx".into())
    );
    assert_eq!(to("/service.ASMX"), (Host::Soap, "/service.ASMX".into()));
    assert_eq!(to("/v2/userinfo"), (Host::Auth, "/v2/userinfo".into()));
    assert_eq!(to("/rest.com"), (Host::Rest, "/".into()));
}

#[test]
fn what_only_looks_like_a_base_is_a_path() {
    assert_eq!(destination("/rest.community/x").1, "/rest.community/x");
    assert_eq!(destination("/rést.com/x").1, "/rést.com/x");
}
