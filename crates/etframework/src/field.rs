//! What a table says: types, their fields, and what may be done with them.

/// How the text of a field is formed, or what stands in it.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// Any text.
    Text,
    /// A whole number of 16 bits.
    Short,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// `true` or `false`.
    Boolean,
    /// A date and time, with or without an offset.
    DateTime,
    /// A time of day.
    Time,
    /// One of some words.
    Word(&'static Enumeration),
    /// A type of its own, by name; or one that extends it.
    Named(&'static str),
    /// Fields that stand in an element without a type of its own.
    Group(&'static [Field]),
}

/// Some words, one of which a field holds.
#[derive(Debug)]
pub struct Enumeration {
    /// Its name.
    pub name: &'static str,
    /// The words.
    pub words: &'static [&'static str],
}

/// One element of a type.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub form: Form,
    /// Whether the schema wants it there.
    pub always: bool,
    /// Whether there may be many.
    pub many: bool,
    /// Whether it may be there and say that it is nothing.
    pub nillable: bool,
    /// Whether Retrieve may ask for it, whole.
    pub shown: bool,
    /// The parts of it that Retrieve may ask for, as in `DataExtension.CustomerKey`.
    pub parts: &'static [&'static str],
    /// Whether Update may change it.
    pub edited: bool,
    /// Whether Create needs it.
    pub needed: bool,
    /// Longest text, characters; 0: not told.
    pub chars_max: u32,
    /// What answers say for one that has no value, where a value is always written.
    pub otherwise: Option<&'static str>,
    /// Whether the description holds it: Retrieve takes some names that it does not.
    pub described: bool,
}

/// What may be done with a type that is an object of the provider.
#[derive(Debug, Clone, Copy)]
pub struct Object {
    /// What Retrieve may ask for of what it inherits.
    pub inherits: &'static [&'static str],
    /// Whether Retrieve knows it.
    pub retrieved: bool,
    /// Whether it can be created.
    pub created: bool,
    /// Whether it can be updated and deleted.
    pub changed: bool,
}

/// A type.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    /// Its name.
    pub name: &'static str,
    /// The type it extends.
    pub base: Option<&'static str>,
    /// Its own elements, in order, after those of the type it extends.
    pub fields: &'static [Field],
    /// What may be done with it, if it is an object.
    pub object: Option<Object>,
    /// Whether the description holds it: Retrieve takes an object that it does not.
    pub described: bool,
}

pub(crate) const fn field(name: &'static str, form: Form) -> Field {
    Field {
        name,
        form,
        always: false,
        many: false,
        nillable: false,
        shown: false,
        parts: &[],
        edited: false,
        needed: false,
        chars_max: 0,
        otherwise: None,
        described: true,
    }
}

pub(crate) const fn text(name: &'static str) -> Field {
    field(name, Form::Text)
}

pub(crate) const fn short(name: &'static str) -> Field {
    field(name, Form::Short)
}

pub(crate) const fn int(name: &'static str) -> Field {
    field(name, Form::Int)
}

pub(crate) const fn long(name: &'static str) -> Field {
    field(name, Form::Long)
}

pub(crate) const fn boolean(name: &'static str) -> Field {
    field(name, Form::Boolean)
}

pub(crate) const fn date_time(name: &'static str) -> Field {
    field(name, Form::DateTime)
}

pub(crate) const fn time(name: &'static str) -> Field {
    field(name, Form::Time)
}

pub(crate) const fn word(name: &'static str, words: &'static Enumeration) -> Field {
    field(name, Form::Word(words))
}

pub(crate) const fn named(name: &'static str, kind: &'static str) -> Field {
    field(name, Form::Named(kind))
}

pub(crate) const fn group(name: &'static str, fields: &'static [Field]) -> Field {
    field(name, Form::Group(fields))
}

impl Field {
    pub(crate) const fn always(mut self) -> Field {
        self.always = true;
        self
    }

    pub(crate) const fn many(mut self) -> Field {
        self.many = true;
        self
    }

    pub(crate) const fn nillable(mut self) -> Field {
        self.nillable = true;
        self
    }

    pub(crate) const fn shown(mut self) -> Field {
        self.shown = true;
        self
    }

    pub(crate) const fn parts(mut self, parts: &'static [&'static str]) -> Field {
        self.parts = parts;
        self
    }

    /// Create and Update take it; Retrieve does not give it whole.
    pub(crate) const fn written(mut self) -> Field {
        self.edited = true;
        self
    }

    /// Create and Update take it, and Retrieve gives it.
    pub(crate) const fn edited(mut self) -> Field {
        self.shown = true;
        self.edited = true;
        self
    }

    pub(crate) const fn needed(mut self) -> Field {
        self.needed = true;
        self
    }

    pub(crate) const fn up_to(mut self, chars_max: u32) -> Field {
        self.chars_max = chars_max;
        self
    }

    pub(crate) const fn otherwise(mut self, text: &'static str) -> Field {
        self.otherwise = Some(text);
        self
    }

    /// Retrieve takes it, though the description does not hold it.
    pub(crate) const fn undescribed(mut self) -> Field {
        self.described = false;
        self
    }

    /// Whether it is a text, number, date or word, and not a type or group.
    #[must_use]
    pub fn is_simple(&self) -> bool {
        !matches!(self.form, Form::Named(_) | Form::Group(_))
    }
}

pub(crate) const fn plain(name: &'static str, fields: &'static [Field]) -> Type {
    Type {
        name,
        base: None,
        fields,
        object: None,
        described: true,
    }
}

impl Type {
    pub(crate) const fn extends(mut self, base: &'static str) -> Type {
        self.base = Some(base);
        self
    }

    /// The description does not hold it.
    pub(crate) const fn undescribed(mut self) -> Type {
        self.described = false;
        self
    }

    /// An object that is retrieved; `inherits` is what may be asked for of what it inherits.
    pub(crate) const fn retrieved(mut self, inherits: &'static [&'static str]) -> Type {
        self.object = Some(Object {
            inherits,
            retrieved: true,
            created: false,
            changed: false,
        });
        self
    }

    /// An object that is retrieved, created, updated and deleted.
    pub(crate) const fn kept(mut self, inherits: &'static [&'static str]) -> Type {
        self.object = Some(Object {
            inherits,
            retrieved: true,
            created: true,
            changed: true,
        });
        self
    }

    /// An object that is created and never seen again.
    pub(crate) const fn sent(mut self) -> Type {
        self.object = Some(Object {
            inherits: &[],
            retrieved: false,
            created: true,
            changed: false,
        });
        self
    }
}
