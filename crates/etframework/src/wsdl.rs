//! The description of the service and the schema of its faults, written from the tables.

use crate::field::{Field, Form, Type};
use crate::table::{ENUMERATIONS, MESSAGES, OPERATIONS, TYPES};
use crate::xml::escape;
use std::fmt::Write;

/// Namespace of all types and messages.
pub const NAMESPACE: &str = "http://exacttarget.com/wsdl/partnerAPI";
/// Namespace of the detail of a fault.
pub const FAULT_NAMESPACE: &str = "urn:fault.partner.exacttarget.com";

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// The description (WSDL 1.1) of the service at `base_url`, with or without a slash at its end: calls
/// go to `Service.asmx` there, and the schema of faults is `ETFrameworkFault.xsd` there.
#[must_use]
pub fn wsdl(base_url: &str) -> String {
    let mut base = String::new();
    escape(base_url.trim_end_matches('/'), &mut base);
    let mut out = String::from(PROLOGUE);
    line(
        &mut out,
        format_args!(
            "<definitions targetNamespace=\"{NAMESPACE}\" xmlns=\"http://schemas.xmlsoap.org/wsdl/\" \
             xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:tns=\"{NAMESPACE}\">"
        ),
    );
    schema(&mut out, &base);
    messages(&mut out);
    port(&mut out);
    binding(&mut out);
    line(
        &mut out,
        format_args!(
            "<service name=\"PartnerAPI\"><port name=\"Soap\" binding=\"tns:SoapBinding\">\
             <soap:address location=\"{base}/Service.asmx\"/></port></service>\n</definitions>"
        ),
    );
    out
}

/// The schema of the detail that server faults carry.
#[must_use]
pub fn fault_xsd() -> String {
    format!(
        "{PROLOGUE}<xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         targetNamespace=\"{FAULT_NAMESPACE}\" elementFormDefault=\"qualified\">\n\
         <xsd:element name=\"apifault\"><xsd:complexType><xsd:sequence>\n\
         <xsd:element name=\"Code\" type=\"xsd:int\"/>\n\
         <xsd:element name=\"Message\" type=\"xsd:string\"/>\n\
         </xsd:sequence></xsd:complexType></xsd:element>\n</xsd:schema>\n"
    )
}

fn line(out: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(out, "{words}").expect("a string takes all that is written");
}

fn schema(out: &mut String, base: &str) {
    line(
        out,
        format_args!(
            "<types>\n<xsd:schema elementFormDefault=\"qualified\" targetNamespace=\"{NAMESPACE}\">\n\
             <xsd:import namespace=\"{FAULT_NAMESPACE}\" \
             schemaLocation=\"{base}/ETFrameworkFault.xsd\"/>"
        ),
    );
    for words in ENUMERATIONS {
        line(
            out,
            format_args!(
                "<xsd:simpleType name=\"{}\"><xsd:restriction base=\"xsd:string\">",
                words.name
            ),
        );
        for word in words.words {
            line(out, format_args!("<xsd:enumeration value=\"{word}\"/>"));
        }
        line(out, format_args!("</xsd:restriction></xsd:simpleType>"));
    }
    TYPES
        .iter()
        .copied()
        .flatten()
        .filter(|kind| kind.described)
        .for_each(|kind| named_type(out, kind));
    for kind in MESSAGES {
        line(
            out,
            format_args!("<xsd:element name=\"{}\"><xsd:complexType>", kind.name),
        );
        sequence(out, kind.fields);
        line(out, format_args!("</xsd:complexType></xsd:element>"));
    }
    line(out, format_args!("</xsd:schema>\n</types>"));
}

fn named_type(out: &mut String, kind: &Type) {
    line(
        out,
        format_args!("<xsd:complexType name=\"{}\">", kind.name),
    );
    match kind.base {
        None => sequence(out, kind.fields),
        Some(base) => {
            line(
                out,
                format_args!("<xsd:complexContent><xsd:extension base=\"tns:{base}\">"),
            );
            sequence(out, kind.fields);
            line(out, format_args!("</xsd:extension></xsd:complexContent>"));
        }
    }
    line(out, format_args!("</xsd:complexType>"));
}

fn sequence(out: &mut String, fields: &[Field]) {
    line(out, format_args!("<xsd:sequence>"));
    let described = fields.iter().filter(|field| field.described);
    described.for_each(|field| element(out, field));
    line(out, format_args!("</xsd:sequence>"));
}

fn element(out: &mut String, field: &Field) {
    let least = if field.always { "" } else { " minOccurs=\"0\"" };
    let most = if field.many {
        " maxOccurs=\"unbounded\""
    } else {
        ""
    };
    let nil = if field.nillable {
        " nillable=\"true\""
    } else {
        ""
    };
    let head = format!("<xsd:element name=\"{}\"{least}{most}{nil}", field.name);
    let kind = match field.form {
        Form::Text => "xsd:string".to_owned(),
        Form::Short => "xsd:short".to_owned(),
        Form::Int => "xsd:int".to_owned(),
        Form::Long => "xsd:long".to_owned(),
        Form::Boolean => "xsd:boolean".to_owned(),
        Form::DateTime => "xsd:dateTime".to_owned(),
        Form::Time => "xsd:time".to_owned(),
        Form::Word(words) => format!("tns:{}", words.name),
        Form::Named(name) => format!("tns:{name}"),
        Form::Group(inner) => {
            line(out, format_args!("{head}><xsd:complexType>"));
            sequence(out, inner);
            return line(out, format_args!("</xsd:complexType></xsd:element>"));
        }
    };
    line(out, format_args!("{head} type=\"{kind}\"/>"));
}

fn messages(out: &mut String) {
    for operation in OPERATIONS {
        for (name, part) in [
            ("Request", operation.request),
            ("Response", operation.response),
        ] {
            line(
                out,
                format_args!(
                    "<message name=\"{}{name}Message\"><part name=\"parameters\" \
                     element=\"tns:{part}\"/></message>",
                    operation.name
                ),
            );
        }
    }
}

fn port(out: &mut String) {
    line(out, format_args!("<portType name=\"Soap\">"));
    for operation in OPERATIONS {
        line(
            out,
            format_args!(
                "<operation name=\"{0}\"><input message=\"tns:{0}RequestMessage\"/>\
                 <output message=\"tns:{0}ResponseMessage\"/></operation>",
                operation.name
            ),
        );
    }
    line(out, format_args!("</portType>"));
}

fn binding(out: &mut String) {
    line(
        out,
        format_args!(
            "<binding name=\"SoapBinding\" type=\"tns:Soap\">\n<soap:binding style=\"document\" \
             transport=\"http://schemas.xmlsoap.org/soap/http\"/>"
        ),
    );
    for operation in OPERATIONS {
        line(
            out,
            format_args!(
                "<operation name=\"{0}\"><soap:operation soapAction=\"{0}\"/>\
                 <input><soap:body parts=\"parameters\" use=\"literal\"/></input>\
                 <output><soap:body use=\"literal\"/></output></operation>",
                operation.name
            ),
        );
    }
    line(out, format_args!("</binding>"));
}

#[cfg(test)]
mod tests;
