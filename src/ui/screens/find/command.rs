//! Screens and commands that can be found by name.

use leptos::prelude::*;

use super::Finder;
use crate::ui::route::Route;
use crate::ui::router::Router;
use crate::ui::screens::customers::CustomerList;
use crate::ui::session::Session;
use crate::ui::text::{Texts, t_string};

/// A screen, or something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    AddCustomer,
    AddTask,
    Today,
    Customers,
    Tasks,
    Share,
    TakeIn,
    Conflicts,
    Backup,
    Import,
    Trash,
    Settings,
    Undo,
    Redo,
    Help,
    Lock,
}

impl Command {
    const ALL: [Self; 16] = [
        Self::AddCustomer,
        Self::AddTask,
        Self::Today,
        Self::Customers,
        Self::Tasks,
        Self::Share,
        Self::TakeIn,
        Self::Conflicts,
        Self::Backup,
        Self::Import,
        Self::Trash,
        Self::Settings,
        Self::Undo,
        Self::Redo,
        Self::Help,
        Self::Lock,
    ];

    /// How it is called.
    pub(super) fn words(self, i18n: Texts) -> &'static str {
        match self {
            Self::AddCustomer => t_string!(i18n, find.add_customer),
            Self::AddTask => t_string!(i18n, find.add_task),
            Self::Today => t_string!(i18n, nav.today),
            Self::Customers => t_string!(i18n, nav.customers),
            Self::Tasks => t_string!(i18n, nav.tasks),
            Self::Share => t_string!(i18n, nav.sharing),
            Self::TakeIn => t_string!(i18n, sharing.take_in),
            Self::Conflicts => t_string!(i18n, sharing.conflicts),
            Self::Backup => t_string!(i18n, find.make_backup),
            Self::Import => t_string!(i18n, nav.import),
            Self::Trash => t_string!(i18n, nav.trash),
            Self::Settings => t_string!(i18n, nav.settings),
            Self::Undo => t_string!(i18n, find.undo),
            Self::Redo => t_string!(i18n, find.redo),
            Self::Help => t_string!(i18n, find.help),
            Self::Lock => t_string!(i18n, find.lock),
        }
    }

    /// Other words under which it is looked for, in kana and in the words of other programs.
    const fn also(self) -> &'static str {
        match self {
            Self::AddCustomer => "ついか とうろく 登録 新規 new add",
            Self::AddTask => "ついか 予定 タスク task todo new add",
            Self::Today => "きょう ホーム home today",
            Self::Customers => "おきゃくさま 顧客 一覧 名簿 list customers",
            Self::Tasks => "タスク 予定 tasks todo",
            Self::Share => "わけあう 共有 渡す 送る share export",
            Self::TakeIn => "うけとる 受け取る 共有 まとめる 同期 merge sync receive",
            Self::Conflicts => "くいちがい 食い違い conflict",
            Self::Backup => "ひかえ バックアップ 戻す 復元 backup restore",
            Self::Import => "とりこむ インポート エクセル csv excel import",
            Self::Trash => "ごみばこ ゴミ箱 削除 trash deleted",
            Self::Settings => "せってい 文字 大きさ 言葉 暗い settings language theme",
            Self::Undo => "もとにもどす 取り消す undo",
            Self::Redo => "やりなおす redo",
            Self::Help => "ヘルプ ショートカット キー help keyboard shortcuts",
            Self::Lock => "かぎ ロック 閉じる ログアウト lock logout",
        }
    }

    /// Those that can be done now and fit what was typed; all of them when nothing was.
    pub(super) fn matching(text: &str, i18n: Texts, session: Session) -> Vec<Self> {
        let text = text.trim().to_ascii_lowercase();
        let possible = session.undo.get();
        let is_possible = |command: &Self| match command {
            Self::Undo => possible.undo.is_some(),
            Self::Redo => possible.redo.is_some(),
            _ => true,
        };
        let fits = |command: &Self| {
            text.split_whitespace().all(|word| {
                command.words(i18n).to_ascii_lowercase().contains(word) || command.also().contains(word)
            })
        };
        Self::ALL.into_iter().filter(is_possible).filter(fits).collect()
    }

    /// Does it.
    pub(super) fn run(self, session: Session, router: Router, list: CustomerList, finder: Finder) {
        match self {
            Self::AddCustomer => {
                router.go(Route::Customers);
                list.adding.set(true);
            }
            Self::AddTask | Self::Tasks => router.go(Route::Tasks),
            Self::Today => router.go(Route::Today),
            Self::Customers => router.go(Route::Customers),
            Self::Share => router.go(Route::Share),
            Self::TakeIn => router.go(Route::TakeIn),
            Self::Conflicts => router.go(Route::Conflicts),
            Self::Backup => router.go(Route::Backup),
            Self::Import => router.go(Route::Import),
            Self::Trash => router.go(Route::Trash),
            Self::Settings => router.go(Route::Settings),
            Self::Undo => session.undo_last(),
            Self::Redo => session.redo_last(),
            Self::Help => finder.help.set(true),
            Self::Lock => session.lock(),
        }
        if self == Self::AddTask {
            request_animation_frame(unfold_new_task);
        }
    }
}

/// Opens the form for a new task, once its screen is there.
fn unfold_new_task() {
    use wasm_bindgen::JsCast;
    let summary = document().query_selector(".tasks-add:not([open]) > summary").ok().flatten();
    if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok()) {
        summary.click();
        let field = document().query_selector(".tasks-add input").ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = field.focus();
        }
    }
}
