"""The coded words of people and bodies: capacities, parties, units, organs; standard library only."""

from models.vocabulary.labelled import Labelled


class Role(Labelled):
    """In which capacity a person acts."""

    CLERK = "clerk", "接访员（经办人）"
    DIRECTOR = "director", "信访办主任"
    VICE_CHAIR = "vice_chair", "分管副主任"
    CHAIRS_MEETING = "chairs_meeting", "主任会议（记录人）"
    LIAISON = "liaison", "承办单位联络员"
    ARCHIVIST = "archivist", "档案员"
    SYSTEM = "system", "系统"


class Proof(Labelled):
    """By what it is known that an act is its author's own; the system needs none (ADR 0021)."""

    SIGNED = "signed", "签批核验"
    DESK = "desk", "工作台登录"
    CODE = "code", "办理口令"
    CONSOLE = "console", "主机命令"
    NONE = "none", "仅填工号"


class PartyRole(Labelled):
    """What a person is to a petition."""

    LEAD = "lead", "主访人"
    CO_SIGNER = "co_signer", "联名人"
    REPRESENTATIVE = "representative", "代表"
    PROXY = "proxy", "代理人"


class UnitRole(Labelled):
    """What a unit is to a petition."""

    LEAD = "lead", "主办"
    CO_HANDLING = "co_handling", "协办"


class OrganKind(Labelled):
    """What kind of body an organ is."""

    CONGRESS = "congress", "人大常委会"
    CONGRESS_COMMITTEE = "congress_committee", "专委会、工委"
    GOVERNMENT = "government", "人民政府（办公室）"
    BUREAU = "bureau", "政府部门"
    COURT = "court", "人民法院"
    PROCURATORATE = "procuratorate", "人民检察院"
    SUPERVISION = "supervision", "监察委员会"
    TOWNSHIP = "township", "乡镇、街道"
    VILLAGE = "village", "村（居）委会"
    MASS = "mass", "群团组织"
    OTHER = "other", "其他"
