//! The list of what can be done by keyboard.

use leptos::prelude::*;

use super::use_finder;
use crate::engine::screen::shortcut::Shortcut;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::Dialog;

/// The dialog with the list.
#[component]
pub fn HelpDialog() -> impl IntoView {
    let i18n = use_i18n();
    let finder = use_finder();
    let words = move |shortcut: Shortcut| match shortcut {
        Shortcut::Find => t_string!(i18n, keys.find),
        Shortcut::Help => t_string!(i18n, keys.help),
        Shortcut::NewCustomer => t_string!(i18n, keys.new_customer),
        Shortcut::Today => t_string!(i18n, keys.today),
        Shortcut::Customers => t_string!(i18n, keys.customers),
        Shortcut::Tasks => t_string!(i18n, keys.tasks),
    };
    let row = |keys: &'static str, words: &'static str| {
        // Every key stands alone.
        let keys = keys.split(' ').map(|key| view! { <kbd>{key}</kbd>" " }).collect_view();
        view! { <div class="keys-row"><dt>{keys}</dt><dd>{words}</dd></div> }
    };
    view! {
        <Dialog open=finder.help on_close=move |()| finder.help.set(false) title=t!(i18n, keys.title)>
            <p>{t!(i18n, keys.lead)}</p>
            <dl class="keys">
                {move || row("Ctrl K", t_string!(i18n, keys.find_anywhere))}
                {move || Shortcut::ALL.map(|(shortcut, keys)| row(keys, words(shortcut))).collect_view()}
                {move || row("Ctrl Z", t_string!(i18n, keys.undo))}
                {move || row("Ctrl Shift Z", t_string!(i18n, keys.redo))}
                {move || row("Ctrl Enter", t_string!(i18n, keys.save))}
                {move || row("↑ ↓", t_string!(i18n, keys.moves))}
                {move || row("Enter", t_string!(i18n, keys.choose))}
                {move || row("Esc", t_string!(i18n, keys.close))}
            </dl>
        </Dialog>
    }
}
