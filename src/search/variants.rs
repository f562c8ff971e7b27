//! Old and variant shapes of kanji that mean the same name: 髙橋 is found by 高橋.
//!
//! Facts: the old shapes are those that the 常用漢字表 (Cabinet notice 2 of 2010) gives in brackets and
//! those of 人名用漢字 lists; the rest are shapes that family registers use. Compatibility ideographs
//! (神 U+FA19, 塚 U+FA10 …) are not listed: NFKC maps them. Only the search key uses this; stored text
//! keeps its shape.
//!
//! 斎 and 斉 are different surnames, so 齋 becomes 斎 and 齊 becomes 斉; that people mix them up is
//! the business of [`super::query`].

use crate::model::sort;
use std::sync::LazyLock;

/// Which shape stands for a kanji in a search key.
#[derive(Debug)]
pub(super) struct Variants {
    /// A bit for each of U+4E00–9FFF that has another shape: nearly every look-up ends here.
    common: Vec<u64>,
    /// Shape and what stands for it, in code-point order.
    pairs: Vec<(char, char)>,
}

/// The table, built at first use.
pub(super) static VARIANTS: LazyLock<Variants> = LazyLock::new(|| Variants::new(PAIRS));

impl Variants {
    fn new(list: &str) -> Self {
        let mut pairs: Vec<(char, char)> = list
            .split_whitespace()
            .filter_map(|pair| {
                let mut shapes = pair.chars();
                Some((shapes.next()?, shapes.next()?))
            })
            .collect();
        sort::ascending(&mut pairs);
        let mut common = vec![0_u64; 0x5200 / 64];
        for (shape, _) in &pairs {
            if let Some(word) = place(*shape).and_then(|(word, _)| common.get_mut(word)) {
                *word |= 1 << (u32::from(*shape) % 64);
            }
        }
        Self { common, pairs }
    }

    /// The shape that stands for `c`, which may be itself.
    #[inline]
    pub(super) fn shape(&self, c: char) -> char {
        match place(c).and_then(|(word, bit)| Some(self.common.get(word)? & bit)) {
            Some(0) => c,
            _ => self.look_up(c),
        }
    }

    /// Whether a code point is a kanji of the common range that stands for itself.
    #[inline]
    pub(super) fn is_usual(&self, code: u32) -> bool {
        let bit =
            char::from_u32(code).and_then(place).and_then(|(word, bit)| Some(self.common.get(word)? & bit));
        bit == Some(0)
    }

    fn look_up(&self, c: char) -> char {
        let found = self.pairs.binary_search_by_key(&c, |pair| pair.0);
        found.ok().and_then(|at| self.pairs.get(at)).map_or(c, |pair| pair.1)
    }
}

/// Where the bit of a character of U+4E00–9FFF is. U+4E00 is a multiple of 64.
#[inline]
fn place(c: char) -> Option<(usize, u64)> {
    let offset = u32::from(c).checked_sub(0x4E00).filter(|offset| *offset < 0x5200)?;
    Some((usize::try_from(offset / 64).ok()?, 1 << (offset % 64)))
}

/// A shape and what stands for it, side by side.
const PAIRS: &str = "
亞亜 惡悪 壓圧 圍囲 爲為 醫医 壹壱 稻稲 隱隠 營営 榮栄 衞衛 驛駅 圓円 緣縁 艷艶 鹽塩 奧奥 應応 橫横
歐欧 毆殴 黃黄 溫温 穩穏 假仮 價価 畫画 會会 繪絵 壞壊 懷懐 擴拡 殼殻 覺覚 學学 嶽岳 樂楽 勸勧 卷巻
寬寛 歡歓 罐缶 觀観 關関 陷陥 巖巌 顏顔 歸帰 氣気 龜亀 僞偽 戲戯 犧犠 卻却 舊旧 據拠 擧挙 峽峡 挾挟
狹狭 鄕郷 曉暁 區区 驅駆 勳勲 薰薫 徑径 惠恵 揭掲 溪渓 經経 繼継 莖茎 螢蛍 輕軽 鷄鶏 藝芸 擊撃 缺欠
儉倹 劍剣 圈圏 檢検 權権 獻献 硏研 縣県 險険 顯顕 驗験 嚴厳 效効 廣広 恆恒 鑛鉱 礦鉱 號号 國国 濟済
碎砕 齋斎 劑剤 櫻桜 册冊 雜雑 參参 慘惨 棧桟 蠶蚕 贊賛 殘残 絲糸 齒歯 兒児 辭辞 濕湿 實実 舍舎 寫写
釋釈 壽寿 收収 從従 澁渋 獸獣 縱縦 肅粛 處処 緖緒 敍叙 奬奨 將将 燒焼 稱称 證証 乘乗 剩剰 壤壌 孃嬢
條条 淨浄 狀状 疊畳 穰穣 讓譲 釀醸 囑嘱 觸触 寢寝 晉晋 眞真 盡尽 圖図 粹粋 醉酔 隨随 髓髄 數数 樞枢
瀨瀬 淸清 靑青 聲声 靜静 齊斉 稅税 攝摂 竊窃 專専 戰戦 淺浅 潛潜 纖繊 踐践 錢銭 禪禅 壯壮 搜捜 爭争
插挿 瘦痩 總総 聰聡 莊荘 裝装 騷騒 增増 藏蔵 臟臓 屬属 續続 卽即 墮堕 體体 對対 帶帯 滯滞 臺台 瀧滝
擇択 澤沢 單単 團団 擔担 膽胆 斷断 彈弾 遲遅 癡痴 晝昼 蟲虫 鑄鋳 廳庁 聽聴 敕勅 遞逓 鐵鉄 轉転 點点
傳伝 黨党 當当 盜盗 燈灯 鬪闘 德徳 獨独 讀読 屆届 繩縄 貳弐 腦脳 霸覇 廢廃 拜拝 賣売 麥麦 發発 髮髪
拔抜 蠻蛮 祕秘 濱浜 甁瓶 拂払 佛仏 倂併 餠餅 竝並 變変 邊辺 辨弁 辯弁 瓣弁 步歩 穗穂 寶宝 豐豊 襃褒
沒没 飜翻 每毎 萬万 滿満 默黙 彌弥 譯訳 藥薬 與与 餘余 豫予 譽誉 搖揺 樣様 謠謡 遙遥 瑤瑶 來来 賴頼
亂乱 覽覧 龍竜 兩両 獵猟 綠緑 壘塁 勵励 禮礼 靈霊 齡齢 戀恋 爐炉 勞労 樓楼 郞郎 祿禄 錄録 灣湾 淚涙
戾戻 槪概 敎教 冱冴 黑黒 彥彦 產産 說説 閱閲 悅悦 銳鋭 脫脱 巢巣 內内 吳呉 娛娯 虛虚 歲歳 渴渇 吿告
尙尚 麵麺 麴麹 鷗鴎 鶯鴬 鹼鹸 摑掴 嚙噛 囊嚢 塡填 頰頬 蟬蝉 醬醤 蔣蒋 瀆涜 禱祷 萊莱 蠟蝋 屛屏 俠侠
俱倶 噓嘘 搔掻 潑溌 繫繋 簞箪 軀躯 顚顛 驒騨 剝剥 焰焔 煕熙 槇槙 籠篭 檜桧 竈竃 藪薮 龝秋 鰺鯵 濤涛
閒間 羣群 刄刃 啞唖 徵徴 戶戸 曆暦 歷歴 涉渉 牀床 畧略 窗窓 蘂蕊 蠣蛎 禰祢 辧弁 蹟跡 雙双 飮飲 雞鶏
劒剣 圀国 澀渋 愼慎 曾曽 鎭鎮 鐡鉄 銕鉄 濵浜 邉辺 寳宝 隸隷 橢楕 旣既 鄰隣 壻婿 眾衆 麪麺 幷并 曻昇
昻昴 凞熙 髙高 﨑崎 碕崎 嵜崎 𥔎崎 嶋島 嶌島 嶹島 冨富 峯峰 舘館 𠮷吉 淵渕 渊渕 埜野 桒桑 栁柳 籔薮
蘆芦 桝枡 枩松 枀松 逹達 楳梅 𣘺橋 槗橋 礒磯 穐秋 秌秋 邨村 鴈雁 釼剣 劔剣 劎剣 莵兎 兔兎 蘓蘇 囘回
囬回 圡土 𡈽土 勗勖 晄晃 昿曠 絋紘 肈肇 翆翠 𦚰脇 舩船 葊庵 菴庵 萠萌 襍雑 豬猪 躰体 軆体 軄職 迯逃
逰遊 鄊郷 鉃鉄 鎻鎖 閇閉 隂陰 靍鶴 靏鶴 鶮鶴 靣面 頋顧 餝飾 駈駆 鬦闘 鬬闘 鵞鵝 麁麤 乕虎 亰京 从従
刧劫 卆卒 厦廈 廐厩 廏厩 叅参 喆哲 噐器 囶国 囯国 垀垂 塲場 墻牆 夲本 奌点 姸妍 宻密 寃冤 寉鶴 尅剋
嵓巌 巗巌 帋紙 廰庁 弌一 弍二 弎三 彜彝 徃往 恠怪 悳徳 惪徳 揔総 摠総 斈学 斊斉 斋斎 昬昏 晧皓 暎映
暠皓 杦杉 枦櫨 栢柏 桺柳 杤栃 棊棋 棲栖 椙杉 檪櫟 欝鬱 冰氷 决決 况況 泪涙 涌湧 凉涼 濶闊 灮光 炗光
烟煙 煇輝 熈熙 燗爛 犁犂 獎奨 珎珍 璢瑠 甞嘗 畄留 畆畝 畱留 疉畳 皋皐 皷鼓 盃杯 盖蓋 睿叡 矦侯 砿鉱
禀稟 秊年 窻窓 竒奇 笋筍 筝箏 糓穀 粮糧 糺糾 緜綿 耻恥 聟婿 脉脈 脣唇 舖舗 艪櫓 苐第 薗園 衂衄 袮祢
咏詠 謌歌 譌訛 讚讃 踈疎 疏疎 迹跡 鈎鉤 鐮鎌 鏁鎖 鑒鑑 闗関 雕彫 鮏鮭 鳬鳧 鳯鳳 鼡鼠 𨳝閏 𢌞廻 攪撹
㵎澗 灌潅 諫諌 腳脚 强強 堯尭 擕携 𥡴稽 荆荊 頸頚 𨻶隙 栅柵 姊姉 屢屡 繡繍 靱靭 絕絶 羡羨 賤賎 壺壷
礪砺 檮梼 鬭闘 吞呑 邇迩 姙妊 蔥葱 黏粘 惱悩 駡罵 蠅蝿 醱醗 晚晩 姬姫 辦弁 辮弁 㑨俣 慾欲 裡裏 鍊錬
亙亘 攢攅 凛凜 鬮䦰 撈𢭐 𠀋丈 侭儘
";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn each_shape_is_listed_once_and_what_stands_for_it_stands_for_itself() {
        let mut seen = HashMap::new();
        for (shape, stands) in &VARIANTS.pairs {
            assert_ne!(shape, stands);
            assert_eq!(seen.insert(*shape, *stands), None, "{shape} is listed twice");
        }
        for stands in seen.values() {
            assert!(!seen.contains_key(stands), "{stands} is not final");
        }
        assert!(seen.len() >= 150);
    }

    #[test]
    fn every_pair_is_found_and_nothing_else_changes() {
        let pairs: HashMap<_, _> = VARIANTS.pairs.iter().copied().collect();
        for c in '\u{3000}'..='\u{3_0000}' {
            assert_eq!(VARIANTS.shape(c), pairs.get(&c).copied().unwrap_or(c));
        }
    }
}
