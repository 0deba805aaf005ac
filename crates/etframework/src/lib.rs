//! The language of the provider's SOAP interface: which types there are, and documents made from them.
//!
//! Floor 1, open wing, pure. Start at [`table::TYPES`]: the description (WSDL), what Describe says, the
//! order of elements in answers and the reading of requests all come from it, so they cannot disagree.
//! It holds the objects and operations that clients use. Names, types and order are the provider's.

mod field;
mod node;
pub mod table;
mod wsdl;
pub mod xml;

pub use field::{Enumeration, Field, Form, Object, Type};
pub use node::{Node, Value};
pub use table::{Operation, fields, find_operation, find_type, is_kind_of};
pub use wsdl::{FAULT_NAMESPACE, NAMESPACE, fault_xsd, wsdl};
