//! The names of fields and the texts of values, in the language of the screens.

use crate::engine::screen::field_text::in_one_line;
use crate::model::{FieldName, Value};
use crate::ui::clock::offset;
use crate::ui::text::{Texts, language, t_string};
use crate::ui::words;

/// What a field is called.
#[must_use]
pub fn field_words(i18n: Texts, field: &FieldName) -> String {
    let known = match field.base() {
        "name" => t_string!(i18n, customer.name),
        "reading" => t_string!(i18n, customer.reading),
        "honorific" => t_string!(i18n, customer.honorific),
        "organisation" => t_string!(i18n, customer.kind),
        "company" => t_string!(i18n, customer.company),
        "company_reading" => t_string!(i18n, customer.company_reading),
        "department" => t_string!(i18n, customer.department),
        "title" => t_string!(i18n, customer.title_field),
        "phone" => t_string!(i18n, customer.phones),
        "mail" => t_string!(i18n, customer.mails),
        "address" => t_string!(i18n, customer.addresses),
        "birthday" => t_string!(i18n, customer.birthday),
        "owner" => t_string!(i18n, customer.owner),
        "source" => t_string!(i18n, customer.source),
        "needs" => t_string!(i18n, customer.needs),
        "memo" => t_string!(i18n, customer.memo),
        "warning" => t_string!(i18n, customer.warning),
        "tags" => t_string!(i18n, customer.tags),
        "text" => t_string!(i18n, customer.text),
        "date" => t_string!(i18n, customer.date),
        "type" => t_string!(i18n, customer.note_type),
        "private" => t_string!(i18n, own_note.field),
        "pinned" => t_string!(i18n, customer.pinned),
        "due" => t_string!(i18n, customer.due),
        "done" => t_string!(i18n, customer.done),
        "repeat" => t_string!(i18n, customer.repeat),
        "item" => t_string!(i18n, customer.item),
        "quantity" => t_string!(i18n, customer.quantity),
        "amount" => t_string!(i18n, customer.amount),
        "channel" => t_string!(i18n, customer.channel),
        "foreign_id" => t_string!(i18n, customer.foreign_id),
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    // A field of the user's own: its name if it reads as one, not if it is an id.
    let own = field.as_str().strip_prefix("x/").unwrap_or(field.as_str());
    let is_id = own.len() == 32 && own.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { t_string!(i18n, customer.own_field).to_owned() } else { own.to_owned() }
}

/// What a value says; a dash for nothing.
#[must_use]
pub fn value_words(i18n: Texts, value: &Value) -> String {
    let text = in_one_line(value).unwrap_or_else(|| match value {
        Value::Number(value) => words::number(*value),
        Value::Date(date) => words::date(*date, language(i18n)),
        Value::Instant(at) => words::date_time(*at, offset(), language(i18n)),
        Value::Flag(true) => t_string!(i18n, common.yes).to_owned(),
        Value::Flag(false) => t_string!(i18n, common.no).to_owned(),
        _ => "…".to_owned(),
    });
    if text.is_empty() { t_string!(i18n, customer.nothing).to_owned() } else { text }
}
