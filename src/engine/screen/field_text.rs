//! A field's value as one line of text, for histories and for fields of the user's own.

use crate::model::{Value, sort};

/// The text of a value; empty for nothing. Numbers, dates, flags, moments and links are left to the
/// screen, which knows the language, the time zone and the names: they are `None`.
#[must_use]
pub fn in_one_line(value: &Value) -> Option<String> {
    Some(match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.clone(),
        Value::Parts(parts) => address_order(parts.iter().map(|(key, text)| (key.as_str(), text.as_str()))),
        _ => return None,
    })
}

/// An address on one line as on an envelope: 〒100-0001 東京都千代田区千代田1-1 ビル.
#[must_use]
pub fn address(value: &Value) -> String {
    let postal = match value.part("postal") {
        "" => String::new(),
        code => format!("〒{}", code.trim_start_matches('〒')),
    };
    let place = format!("{}{}{}", value.part("region"), value.part("city"), value.part("street"));
    join([postal.as_str(), place.as_str(), value.part("building")])
}

fn address_order<'a>(parts: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    const ORDER: [&str; 8] = ["label", "postal", "region", "city", "street", "building", "number", "mail"];
    let place = |key: &str| ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
    let mut parts: Vec<_> = parts.collect();
    sort::by_key(&mut parts, |(key, _)| place(key));
    join(parts.into_iter().map(|(_, text)| text))
}

fn join<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let home = Value::parts([
            ("label", "自宅"),
            ("postal", "100-0001"),
            ("region", "東京都"),
            ("city", "千代田区"),
            ("street", "千代田1-1"),
            ("building", "大福ビル 3F"),
        ]);
        assert_eq!(address(&home), "〒100-0001 東京都千代田区千代田1-1 大福ビル 3F");
        assert_eq!(in_one_line(&home).unwrap(), "自宅 100-0001 東京都 千代田区 千代田1-1 大福ビル 3F");
        assert_eq!(in_one_line(&Value::Empty).unwrap(), "");
        assert_eq!(in_one_line(&Value::Flag(true)), None);
        assert_eq!(address(&Value::Empty), "");
    }
}
