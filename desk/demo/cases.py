"""The eight cases of the demonstration: facts of a newspaper report, invented people, one turn a line."""

from dataclasses import dataclass, field

Filled = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One answer to one form: at which time after receipt, for the petition or for one unit's share of it."""

    after: str
    """Days after receipt and the time of day: ``0 09:14``, ``5 16:00``."""
    step: str
    answer: Filled
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class DemoCase:
    """One petition from the paper that came in to its end; ``hold`` is how many turns the standing demo plays."""

    key: str
    title: str
    received: str
    """Time of day of the receipt."""
    days: int
    """How many days before today it was received."""
    paper: dict[str, object]
    turns: tuple[Turn, ...] = field(default=())
    hold: int = 99


CLERK, SECOND, DIRECTOR, VICE_CHAIR, MEETING, ARCHIVIST = "Z01", "Z02", "D01", "F01", "H01", "A01"


def _screened(after: str, kind: str, content: str, place: str, flags: str = "") -> Turn:
    answer = {"officer": CLERK, "petition_class": kind, "content_code": content, "place": place, "flags": flags}
    return Turn(after=after, step="screen", answer=answer)


def _proposed(after: str, lead: str, co: str, opinion: str, limit: str = "") -> Turn:
    answer = {"officer": CLERK, "way": "交办", "lead": lead, "co_handling": co, "opinion": opinion, "limit_on": limit}
    return Turn(after=after, step="propose", answer=answer)


def _approved(after: str, officer: str, opinion: str) -> Turn:
    return Turn(after=after, step="approve", answer={"officer": officer, "choice": "同意", "opinion": opinion})


def _signed(after: str, unit: str) -> Turn:
    return Turn(after=after, step="sign_in", unit=unit, answer={"officer": f"L-{unit}", "choice": "签收"})


def _reported(after: str, unit: str, outcome: str, text: str) -> Turn:
    answer = {"officer": f"L-{unit}", "choice": "报结", "outcome": outcome, "text": text, "told": "已当面告知"}
    return Turn(after=after, step="report", unit=unit, answer=answer)


def _examined(after: str, unit: str, officer: str = SECOND) -> Turn:
    return Turn(after=after, step="examine", unit=unit, answer={"officer": officer, "choice": "审核通过", "reason": "同意"})


def _met(after: str, text: str, deputies: str = "", people: str = "") -> Turn:
    answer = {"officer": CLERK, "choice": "召开协调会", "text": text, "deputies": deputies, "representatives": people}
    return Turn(after=after, step="oversee", answer=answer)


def _noted(after: str, text: str) -> Turn:
    return Turn(after=after, step="oversee", answer={"officer": CLERK, "choice": "记录办理情况", "text": text})


def _ended(deliver: str, close: str, summary: str, way: str = "当面送达") -> tuple[Turn, ...]:
    day = f"@{deliver.split()[0]}"  # the driver turns @5 into the fifth day after receipt
    answer = {"officer": CLERK, "way": way, "delivered_on": day, "summary": summary, "settlement": "化解息访"}
    return (Turn(after=deliver, step="deliver", answer=answer), *_closed(close))


def _closed(close: str) -> tuple[Turn, ...]:
    return (
        Turn(
            after=close,
            step="close",
            answer={"officer": DIRECTOR, "choice": "同意结案", "settlement": "化解息访", "opinion": "案结事了"},
        ),
        Turn(after=close, step="archive", answer={"officer": ARCHIVIST, "choice": "归档"}),
    )


# fmt: off
CALL = DemoCase(
    key="call", title="咨询居住证证明办理", received="09:00", days=1,
    paper={"channel": "来电", "title": "咨询居住证证明办理", "name": "张晓研", "phone": "13800001001",
           "content": "研究生毕业落户，办理居住证的证明不知如何开具，多处询问未果，情绪激动。", "place": "某区某街道"},
    turns=(
        Turn(after="0 09:14", step="screen", answer={
            "officer": CLERK, "choice": "当场答复（即接即办）", "petition_class": "申诉求决", "content_code": "政法/户籍管理",
            "place": "某区某街道",
            "answer": "已联系街道办事处核对审核材料，告知开具地点和所需材料，并说明“安家”补贴政策。"}),
        *_closed("0 09:19"),
    ),
)

PENSION = DemoCase(
    key="pension", title="反映退休待遇核定问题", received="10:20", days=24, hold=7,
    paper={"channel": "来电", "title": "反映退休待遇核定问题", "name": "张劳模", "phone": "13800001002", "address": "某区某街道劳动路1号",
           "content": "省、市劳动模范，对退休待遇有不同理解，行动不便，希望上门核实。", "place": "某区"},
    turns=(
        _screened("0 11:00", "申诉求决", "劳动和社会保障/退休政策及待遇", "某区"),
        _proposed("0 15:00", "市人社局", "市总工会", "信访人行动不便，建议会同总工会、人社局登门核验。"),
        _approved("1 09:30", VICE_CHAIR, "请抓紧登门核实，依规补办。"),
        _signed("1 14:00", "SRS"), _signed("1 14:30", "SZGH"),
        _noted("6 10:00", "家访：会同总工会、人社局登门核验材料、查阅档案、计算待遇，多方确认。"),
        _reported("18 10:00", "SZGH", "诉求支持", "劳模身份和待遇依据核实无误。"),
        _reported("18 16:00", "SRS", "诉求支持", "经查阅档案并核算，应予补办，已补办退休待遇。"),
        _examined("19 09:30", "SZGH"), _examined("19 10:00", "SRS"),
        *_ended("21 10:00", "22 09:00", "已补办退休待遇。"),
    ),
)

ENFORCEMENT = DemoCase(
    key="enforcement", title="反映住宅腾退判决未执行", received="08:50", days=32, hold=6,
    paper={"channel": "网上", "title": "反映住宅腾退判决未执行", "name": "庞独居", "phone": "13800001003", "id_number": "110105194912310021",
           "content": "重度残疾，独居；判决后对方仍占用住宅不执行，卖房合同已生效，十分着急。", "place": "某区"},
    turns=(
        _screened("0 09:30", "申诉求决", "政法/诉讼（执行）", "某区", "涉法涉诉、重大紧急"),
        _proposed("0 10:30", "某区人民法院", "市中级人民法院、某街道办事处", "建立线上接访，督促依法执行；不介入个案裁判。"),
        _approved("0 16:00", VICE_CHAIR, "同意，依法推动执行。"),
        _signed("1 09:00", "QFY"), _signed("1 09:10", "SZY"), _signed("1 09:20", "JDB"),
        _met("2 15:00", "线上会商：市人大、市法院、区法院、街道办和当事人，线上传递材料、语音督办、材料举证。"),
        _reported("24 10:00", "JDB", "诉求支持", "协助法院做好现场工作。"),
        _reported("24 11:00", "SZY", "诉求支持", "已指导监督执行。"),
        _reported("25 15:00", "QFY", "诉求支持", "经实地核验，依法强制执行完毕，住宅已腾退。"),
        _examined("26 09:00", "JDB"), _examined("26 09:10", "SZY"), _examined("26 09:20", "QFY"),
        *_ended("27 10:00", "28 10:00", "判决已强制执行到位。", "电话告知"),
    ),
)

LAND = DemoCase(
    key="land", title="十六人反映土地和房屋纠纷", received="09:10", days=40, hold=5,
    paper={"channel": "来访", "title": "十六人反映土地和房屋纠纷", "name": "李田生", "phone": "13800001004", "people_count": 16,
           "visitor_count": 16, "representatives": "王地福、赵屋宁、孙宅安", "place": "某县某镇",
           "content": "十六人集体反映承包土地和房屋权属纠纷，涉及市、县、镇、村多个单位。"},
    turns=(
        _screened("0 10:00", "申诉求决", "农村农业/土地承包经营", "某县某镇"),
        _proposed("0 16:00", "市农业局", "市住建局、某县人大常委会、某县农业局、某县住建局、某镇政府、某村村委会",
                  "涉及两个以上市直部门和县、镇、村，建议提请主任会议研究，七部门联合办理。"),
        _approved("4 10:00", MEETING, "主任会议研究：同意联合办理，信访办牵头。"),
        *(_signed(f"5 {9 + n}:00", code) for n, code in enumerate(["SNY", "SZJ", "XRD", "XNY", "XZJ", "ZZF", "CWH"])),
        _met("8 09:00", "一站式协调会：七部门同时到场，共同释疑解惑、释法明理、化解矛盾。", people="3"),
        *(_reported(f"30 {9 + n}:00", code, "部分支持", "已按协调会意见办理完毕。")
          for n, code in enumerate(["CWH", "ZZF", "XZJ", "XNY", "XRD", "SZJ", "SNY"])),
        *(_examined(f"32 {9 + n}:00", code) for n, code in enumerate(["CWH", "ZZF", "XZJ", "XNY", "XRD", "SZJ", "SNY"])),
        *_ended("34 10:00", "35 10:00", "土地按承包合同确权，房屋纠纷调解解决。"),
    ),
)

STATION = DemoCase(
    key="station", title="二百余人反映地铁站点冠名", received="08:30", days=26, hold=3,
    paper={"channel": "来访", "title": "二百余人反映地铁站点冠名", "name": "周站名", "phone": "13800001005", "people_count": 210,
           "visitor_count": 5, "representatives": "吴村东、郑村南、冯村西、陈村北", "place": "某区",
           "content": "地铁线路一处站点名称未体现本村，二百余人多次集体反映，要求更改站名。"},
    turns=(
        _screened("0 09:20", "建议意见", "民政/地名管理", "某区", "重大紧急"),
        _proposed("0 11:00", "市政府办公室", "市自然资源和规划局、市民政局、市轨道办、某街道办事处、某村村“两委”",
                  "召开协调会，联合相关工委，与群众代表协商站点名称。"),
        _approved("0 17:00", MEETING, "主任会议研究同意，第一时间协调。"),
        *(_signed(f"1 {9 + n}:00", code) for n, code in enumerate(["SFB", "SZG", "SMZ", "SGD", "JDB", "LWH"])),
        _met("2 09:00", "协调会：相关工委、六个单位与群众代表协商，确定新的站点名称。", people="5"),
        *(_reported(f"15 {9 + n}:00", code, "采纳", "按协商结果办理。") for n, code in enumerate(["LWH", "JDB", "SGD", "SMZ", "SZG", "SFB"])),
        *(_examined(f"16 {9 + n}:00", code) for n, code in enumerate(["LWH", "JDB", "SGD", "SMZ", "SZG", "SFB"])),
        *_ended("18 10:00", "19 10:00", "新的站点名称已确定并公布。"),
    ),
)

FLATS = DemoCase(
    key="flats", title="五名业主反映逾期交房过渡费", received="09:40", days=30, hold=2,
    paper={"channel": "来访", "title": "五名业主反映逾期交房过渡费", "name": "钱购房", "phone": "13800001006", "people_count": 5,
           "visitor_count": 5, "representatives": "许业一、何业二、吕业三、施业四", "place": "某区",
           "content": "开发商未如期交房，诉请过渡费翻倍败诉，五名业主集体反映。"},
    turns=(
        _screened("0 10:30", "申诉求决", "城乡建设/住房保障与房地产", "某区", "涉法涉诉"),
        _proposed("1 09:00", "市住建局", "市中级人民法院、某区政府办公室、某街道办事处",
                  "召集相关工委和有关部门、法律界代表、群众代表和公司法人开协调会，依法释理。"),
        _approved("2 10:00", MEETING, "主任会议研究同意。"),
        *(_signed(f"3 {9 + n}:00", code) for n, code in enumerate(["SZJ", "SZY", "QZF", "JDB"])),
        _met("7 09:00", "协调会：分析合同条款、过渡费补偿和诉求依据，公司法人到会。", deputies="2", people="5"),
        *(_reported(f"20 {9 + n}:00", code, "解释说明", "已依法依约解释，业主表态息访。") for n, code in enumerate(["JDB", "QZF", "SZY", "SZJ"])),
        *(_examined(f"21 {9 + n}:00", code) for n, code in enumerate(["JDB", "QZF", "SZY", "SZJ"])),
        *_ended("22 10:00", "23 10:00", "群众代表明确表态息访。"),
    ),
)

INHERITANCE = DemoCase(
    key="inheritance", title="反映继承房产过户迟缓", received="14:10", days=58, hold=6,
    paper={"channel": "来信", "title": "反映继承房产过户迟缓", "name": "曹继承", "phone": "13800001007", "source": "会议研究",
           "content": "房屋继承权清楚，老人意愿明确，过户手续久拖不办。", "place": "某区"},
    turns=(
        _screened("1 09:00", "申诉求决", "国土资源/不动产登记", "某区"),
        _proposed("1 15:00", "市自然资源和规划局", "", "产权清楚，建议交办并限期书面反馈。"),
        _approved("2 10:00", VICE_CHAIR, "同意交办，按期办结。"),
        _signed("3 09:00", "SZG"),
        Turn(after="30 10:00", step="oversee", answer={
            "officer": CLERK, "choice": "电话催办", "unit": "市自然资源和规划局", "text": "询问过户进度，对方称资料流转中。", "promised_on": "@37"}),
        Turn(after="38 15:00", step="oversee", answer={
            "officer": DIRECTOR, "choice": "督办", "unit": "市自然资源和规划局", "ground": "推诿、敷衍、拖延",
            "text": "承诺日期已过仍未办结，请说明原因并加快办理过户手续。"}),
        _reported("49 16:00", "SZG", "诉求支持", "以老人意愿为依据，过户手续已办结。"),
        _examined("50 10:00", "SZG"),
        *_ended("51 10:00", "52 10:00", "过户手续已办结。"),
    ),
)

NOISE = DemoCase(
    key="noise", title="七户居民反映住宅楼内场馆噪音", received="08:40", days=6,
    paper={"channel": "来访", "title": "七户居民反映住宅楼内场馆噪音", "name": "魏安宁", "phone": "13800001008", "people_count": 7,
           "visitor_count": 7, "representatives": "蒋静一、沈静二", "place": "某区某街道",
           "content": "住宅楼内开办对抗游戏场馆，噪音严重，附近七户居民集体反映。"},
    turns=(
        _screened("0 09:10", "申诉求决", "环境保护/环境污染（噪声）", "某区某街道"),
        _proposed("0 09:40", "市公安局", "某区人大常委会、某区公安局、某街道办事处、某社区居委会", "建议当天签批，交办送达，登门查验。"),
        _approved("0 11:00", VICE_CHAIR, "今日送达，依法查处，及时反馈。"),
        *(_signed(f"0 {14 + n}:00", code) for n, code in enumerate(["SGA", "QRD", "QGA", "JDB", "JWH"])),
        *(_reported(f"4 {9 + n}:00", code, "诉求支持", "已登门查验、走访调研、依法查处，场馆停业。")
          for n, code in enumerate(["JWH", "JDB", "QGA", "QRD", "SGA"])),
        *(_examined(f"4 {14 + n}:30", code) for n, code in enumerate(["JWH", "JDB", "QGA", "QRD", "SGA"])),
        *_ended("5 08:45", "5 08:55", "场馆已停业。"),
    ),
)

# fmt: on
CASES = (CALL, PENSION, ENFORCEMENT, LAND, STATION, FLATS, INHERITANCE, NOISE)
