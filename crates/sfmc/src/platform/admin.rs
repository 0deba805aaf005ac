//! What is done to the tenant from outside its routes: faults, switches, and an admin's hand.

use super::{Client, Platform};
use crate::fault::{FaultError, FaultKind, FaultOrder, FaultView, Target};
use crate::secret::SecretError;
use crate::switch::{SwitchError, Switches};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

impl Platform {
    /// Breaks something; the fault's id.
    ///
    /// # Errors
    /// [`FaultError`] if kind, target, share or a span is not one.
    pub fn inject(&mut self, now: Timestamp, order: &FaultOrder) -> Result<String, FaultError> {
        self.pass(now);
        FaultKind::parse(&order.kind)?;
        let target = self.known(&order.target)?;
        let fault = self.faults.add(now, order, target)?.clone();
        if fault.kind == FaultKind::TokenRevoked {
            self.revoke(&fault, Timestamp::MAX);
        }
        if fault.kind == FaultKind::SecretActivated {
            let labels: Vec<String> = self.clients.keys().cloned().collect();
            for label in labels {
                let client = self.clients.get(&label);
                let hit = fault.hits(self.who(client, None));
                if let Some(client) = self.clients.get_mut(&label).filter(|_| hit) {
                    client.secrets.rotate_by_stranger(now, &self.switches);
                }
            }
        }
        Ok(format!("flt_{}", fault.number))
    }

    /// The target, if it exists; an integration becomes its credential.
    fn known(&self, target: &Target) -> Result<Target, FaultError> {
        let unknown = |field, found: &String, legal: Vec<&String>| {
            let legal: Vec<&str> = legal.into_iter().map(String::as_str).collect();
            let legal = legal.join(", ");
            Err(FaultError::Target {
                field,
                found: found.clone(),
                legal,
            })
        };
        match target {
            Target::All => Ok(Target::All),
            Target::Credential(id) if self.clients.contains_key(id) => Ok(target.clone()),
            Target::Credential(id) => unknown("credential", id, self.clients.keys().collect()),
            Target::Integration(id) => match self.integrations.get(id) {
                Some(label) if self.clients.contains_key(label) => {
                    Ok(Target::Credential(label.clone()))
                }
                _ => unknown("integration", id, self.integrations.keys().collect()),
            },
            Target::Bu(id) if self.units.iter().any(|unit| unit.id == *id) => Ok(target.clone()),
            Target::Bu(id) => unknown("bu", id, self.units.iter().map(|unit| &unit.id).collect()),
            Target::Tenant(id) if id == "all" => Ok(Target::All),
            Target::Tenant(id) if self.units.iter().any(|unit| unit.tenant == *id) => {
                Ok(target.clone())
            }
            Target::Tenant(id) => {
                let all = "all".to_owned();
                let mut legal: Vec<&String> = self.units.iter().map(|unit| &unit.tenant).collect();
                legal.dedup();
                legal.push(&all);
                unknown("tenant", id, legal)
            }
        }
    }

    /// Ends one fault; whether there was one of that id.
    pub fn end_fault(&mut self, id: &str) -> bool {
        self.faults.remove(id)
    }

    /// Ends every fault aimed at that credential, integration, unit, tenant or `all`; how many.
    pub fn mend(&mut self, target: &str) -> usize {
        let id = || target.to_owned();
        let mut targets = vec![
            Target::Credential(id()),
            Target::Bu(id()),
            Target::Tenant(id()),
        ];
        targets.extend(
            self.integrations
                .get(target)
                .cloned()
                .map(Target::Credential),
        );
        if target == "all" {
            targets.push(Target::All);
        }
        self.faults.mend(&targets)
    }

    /// The faults that act.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultView> {
        self.faults.view()
    }

    /// Sets a switch from text.
    ///
    /// # Errors
    /// [`SwitchError`] if there is no such switch or the value is none of it.
    pub fn set_switch(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
        self.switches.set(name, value)
    }

    /// The values of all switches.
    #[must_use]
    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    /// Stages a new secret for a package, as its admin would.
    ///
    /// # Errors
    /// [`SecretError`] if there is no such package or the last one is too young.
    pub fn generate_secret(&mut self, now: Timestamp, id: &str) -> Result<String, SecretError> {
        let client = self.clients.get_mut(id);
        let client = client.ok_or_else(|| SecretError::Package { id: id.to_owned() })?;
        client.secrets.generate(now, &self.switches)
    }

    /// Activates the staged secret; the one before is dead at once.
    ///
    /// # Errors
    /// [`SecretError`] if there is no such package or nothing is staged.
    pub fn activate_secret(&mut self, id: &str) -> Result<(), SecretError> {
        let client = self.clients.get_mut(id);
        client
            .ok_or_else(|| SecretError::Package { id: id.to_owned() })?
            .secrets
            .activate()
    }

    /// Edits a package's scopes; new tokens show it after `propagation`, tokens that live never.
    ///
    /// # Errors
    /// [`SecretError::Package`] if there is no such package.
    pub fn edit_scopes(
        &mut self,
        now: Timestamp,
        id: &str,
        scopes: Vec<String>,
    ) -> Result<(), SecretError> {
        let client = self.clients.get_mut(id);
        let client = client.ok_or_else(|| SecretError::Package { id: id.to_owned() })?;
        client.package.scopes = client.scopes(now).to_vec();
        let wait = SignedDuration::from_secs(i64::from(self.switches.propagation));
        client.edited = Some((now.checked_add(wait).unwrap_or(Timestamp::MAX), scopes));
        Ok(())
    }

    /// The packages with their secrets, for the control: a simulator's, so not secret.
    #[must_use]
    pub fn packages(&self) -> Vec<Value> {
        let view = |client: &Client| {
            let (active, staged) = client.secrets.texts();
            let package = &client.package;
            json!({
                "id": package.label, "client_id": package.client_id,
                "client_secret": active, "staged_secret": staged,
                "mids": package.mids, "home_mid": package.home_mid, "scopes": package.scopes,
            })
        };
        self.clients.values().map(view).collect()
    }
}
