//! Accounts, and the users that installed packages act as.

use super::MADE_AT;
use crate::chance::guid_of;
use crate::fault::{Kind, Place};
use crate::package::Package;
use crate::platform::Platform;
use crate::soap::identity::number_of;
use countersign_etframework::Node;
use jiff::Timestamp;

/// The app user of each package made in a unit, and the administrator every account has. When an app
/// user last signed in is never said (recorded).
pub(super) fn users(platform: &Platform, mid: u64) -> Vec<Node> {
    let packages = platform.packages().values();
    let of_unit = packages.filter(|package| package.home == mid);
    let of_packages = of_unit.map(|package| user(platform, package));
    of_packages.chain([administrator(mid)]).collect()
}

/// Which units each user reaches, one row each (recorded): an app user those of its package, an
/// administrator the own.
pub(super) fn reached(platform: &Platform, now: Timestamp, mid: u64) -> Vec<Node> {
    let packages = platform.packages().values();
    let of_unit = packages.filter(|package| package.home == mid);
    let of_packages = of_unit.flat_map(|package| {
        let user = number_of(&format!("user {}", package.label));
        let mids = package.terms(now).mids.iter();
        mids.map(move |reached| (user, *reached))
    });
    let own = (number_of(&format!("administrator {mid}")), mid);
    let pairs = of_packages.chain([own]);
    pairs
        .map(|(user, reached)| {
            Node::of("AccountUserAccount")
                .with("AccountUser.AccountUserID", user)
                .with("Account.ID", reached)
        })
        .collect()
}

fn administrator(mid: u64) -> Node {
    let name = format!("administrator {mid}");
    let id = number_of(&name);
    let mut roles = Node::default();
    roles.push("Role", Node::default().with("Name", "Administrator"));
    common(&name)
        .with("UserID", format!("administrator-{mid}"))
        .with("Name", "Administrator")
        .with("Email", format!("administrator-{mid}@example.com"))
        .with("ActiveFlag", true)
        .with("LastSuccessfulLogin", MADE_AT)
        .with("IsAPIUser", false)
        .with("DefaultBusinessUnit", mid)
        .with("AccountUserID", id)
        .having("Roles", roles)
}

/// What every user has.
fn common(name: &str) -> Node {
    Node::of("AccountUser")
        .with("CreatedDate", MADE_AT)
        .with("ModifiedDate", MADE_AT)
        .with("ID", number_of(name))
        .with("ObjectID", guid_of(&format!("object {name}")))
        .with("CustomerKey", guid_of(&format!("key {name}")))
        .with("MustChangePassword", false)
        .with("IsLocked", false)
        .with("Locale.LocaleCode", "en-US")
        .with("TimeZone.ID", 1)
        .with(
            "TimeZone.Name",
            "(GMT-06:00) Central Time (No Daylight Savings)",
        )
}

fn user(platform: &Platform, package: &Package) -> Node {
    let name = format!("user {}", package.label);
    let place = Place {
        tenant: platform.tenant_of(package.home).cloned(),
        mid: Some(package.home),
        home: Some(package.home),
        label: Some(package.label.clone()),
        asset: None,
    };
    let broken = platform
        .broken_since(Kind::AppUserInactive, &place)
        .is_some();
    let id = number_of(&name);
    let mut roles = Node::default();
    roles.push(
        "Role",
        Node::default().with("Name", format!("Individual role for {id}")),
    );
    common(&name)
        .with("AccountUserID", id)
        .with("UserID", guid_of(&name))
        .with("Name", format!("{} app user", package.label))
        .with("Email", "")
        .with("ActiveFlag", package.app_user_active && !broken)
        .with("LastSuccessfulLogin", "")
        .with("IsAPIUser", true)
        .with("DefaultBusinessUnit", package.home)
        .having("Roles", roles)
}

/// The roles that Retrieve knows of; the platform has more, which only its own pages list (recorded).
pub(crate) const ROLES: [&str; 2] = ["Administrator", "Viewer"];

/// The id of a role in a unit.
pub(crate) fn role_id(name: &str, mid: u64) -> String {
    guid_of(&format!("role {name} {mid}"))
}

pub(super) fn roles(mid: u64) -> Vec<Node> {
    let one = |name: &&str| {
        Node::of("Role")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ObjectID", role_id(name, mid))
            .with("CustomerKey", format!("SYS_DEF_{}", name.to_uppercase()))
            .with("Name", name)
            .with("Description", "")
            .with("IsPrivate", false)
            .with("IsSystemDefined", true)
    };
    ROLES.iter().map(one).collect()
}

/// A unit as an account or as a business unit; the parent unit has no parent.
pub(super) fn units(platform: &Platform, kind: &'static str, mid: u64) -> Vec<Node> {
    let Some(unit) = platform.world.units.get(&mid) else {
        return Vec::new();
    };
    let parent = platform.enterprise_of(mid);
    let is_top = parent == mid;
    let top = platform
        .world
        .units
        .get(&parent)
        .map_or("", |top| top.id.as_str());
    let mut node = Node::of(kind)
        .with("CreatedDate", MADE_AT)
        .with("ModifiedDate", MADE_AT)
        .with("ID", mid)
        .with("ObjectID", guid_of(&format!("account {mid}")))
        .with("CustomerKey", &unit.id)
        .with(
            "AccountType",
            if is_top {
                "ENTERPRISE_2"
            } else {
                "BUSINESS_UNIT"
            },
        )
        .with("ParentID", if is_top { 0 } else { parent })
        .with("Name", &unit.id)
        .with("BusinessName", &unit.tenant)
        .with("IsActive", 1)
        .with("IsTestAccount", false)
        .with("ParentName", if is_top { "" } else { top })
        .with("CustomerID", 0);
    if kind == "BusinessUnit" {
        node.set("Description", "");
        node.set("MasterUnsubscribeBehavior", "BUSINESS_UNIT_ONLY");
    }
    vec![node]
}
