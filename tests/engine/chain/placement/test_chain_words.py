"""The words of the shipped chains are enough to find a firm's place before anybody has confirmed one.

The scopes below were written for this test in the manner of registrations; they belong to no firm.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from yanlian.engine.chain.placement.categories import categories_of
from yanlian.engine.chain.placement.gate import Gate
from yanlian.engine.chain.placement.model import Placer
from yanlian.engine.chain.placement.profiles import Profile, Written
from yanlian.engine.chain.placement.vectors import Space
from yanlian.engine.chain.template.read import read_chain

CHAINS = Path(__file__).resolve().parents[4] / "chains"
SCOPES: dict[str, dict[str, str]] = {
    "vr": {
        "vr-headset": "虚拟现实设备制造；可穿戴智能设备制造；可穿戴智能设备销售；VR一体机研发；软件开发；货物进出口",
        "vr-odm": "智能终端产品、可穿戴智能设备、电子产品的研发、设计、组装加工及销售；电子产品委托加工",
        "vr-acoustic": "电声器件、微型扬声器、受话器的研发、制造、销售",
        "vr-engine-vr": "光学元器件、精密光学镜头、VR光学模组的生产和销售；光学仪器制造",
        "vr-3d-content": "数字内容制作服务；三维动画设计；虚拟现实技术开发；平面设计；文物数字化",
        "vr-education": "教学仪器设备、虚拟仿真实验软件的研发；教育软件开发；教育咨询",
        "vr-training": "安全体验馆设计施工；VR安全教育设备；消防模拟演练系统；仿真培训设备",
        "vr-mocap": "惯性动作捕捉设备、动捕手套的技术开发与销售",
        "vr-venue": "游乐设备经营；VR主题乐园运营；室内娱乐活动；游艺娱乐活动",
        "vr-medical": "医学影像三维可视化软件开发；手术模拟训练系统；第二类医疗器械销售",
        "vr-render-engine": "三维图形引擎及虚拟现实编辑器软件开发",
        "vr-capture": "全景相机、VR摄像机的研发和销售",
        "vr-waveguide": "衍射光波导、纳米光栅光学元件研发",
    },
    "ai": {
        "ai-police": "公安大数据平台、智慧警务软件开发；视频结构化分析系统",
        "ai-video": "视频图像处理、视频结构化技术开发；计算机软件销售；安防工程",
        "ai-home": "智能家庭消费设备制造；智能家居产品销售；家用电器研发；智慧家庭解决方案",
        "ai-compute-service": "人工智能公共服务平台；云计算服务；算力租赁；互联网数据服务；服务器托管",
        "ai-annotation": "数据标注服务；数据处理服务；图像语音采集标注",
        "ai-vision": "机器视觉算法、图像识别软件研发；人工智能应用软件开发",
        "ai-robot": "服务消费机器人制造；智能机器人的研发；智能机器人销售；特殊作业机器人制造",
        "ai-education": "人工智能教育课程开发；编程教育；教学用机器人；教育咨询服务",
        "ai-llm": "人工智能基础软件开发；大语言模型研发；人工智能理论与算法软件开发",
        "ai-speech": "语音识别、语音合成技术开发；智能语音机器人",
        "ai-marine": "海洋环境监测；海洋大数据；无人艇研发；智能船舶",
        "ai-traffic": "智能交通系统研发；交通信号控制机生产；交通设施安装工程",
    },
    "industrial-internet": {
        "ii-platform": "工业互联网平台建设与运营；工业互联网数据服务；大规模定制解决方案",
        "ii-energy": "电动汽车充电桩设备制造；充电设施运营；电力设备研发",
        "ii-env": "环保技术开发；有机固废处理；污水处理；环保云平台",
        "ii-mes": "制造执行系统MES软件开发；智能工厂信息化",
        "ii-plc": "可编程控制器、电气控制柜的设计、生产；自动化控制系统",
        "ii-sensor": "压力传感器、温度传感器的研发生产；仪器仪表销售",
        "ii-gateway": "物联网设备制造；数据采集终端、工业网关研发",
        "ii-robot": "工业机器人制造；工业机器人安装、维修；自动化生产线",
        "ii-id-node": "工业互联网标识解析二级节点建设运营",
        "ii-ics-security": "工业控制系统信息安全产品研发；工业防火墙",
        "ii-supply": "冷链食品供应链管理服务；电子商务平台；供应链协同",
        "ii-si": "智能控制系统集成；工业自动化工程设计、安装；智能工厂整体解决方案",
    },
    "software": {
        "sw-traffic": "智能交通、轨道交通综合监控软件开发；城市公共交通智能调度系统；系统集成",
        "sw-media": "互联网电视运营平台技术服务；智能电视应用软件开发；网络视听",
        "sw-embed-appliance": "家电控制软件开发；嵌入式软件；智能硬件固件开发",
        "sw-bigdata": "大数据平台、搜索引擎软件开发；爬虫系统；数据分析",
        "sw-game": "网络游戏开发运营；电子竞技赛事组织；动漫游戏开发",
        "sw-dev-service": "软件外包服务；对日软件开发；人力外派",
        "sw-ops": "信息系统运行维护服务；计算机维修；机房维护",
        "sw-sec-network": "网络与信息安全软件开发；信息安全设备销售；防火墙",
        "sw-medical": "医院信息系统、电子病历软件开发；医疗信息化",
        "sw-platform-ops": "能源互联网服务平台；加油充电数字化平台；电子商务",
        "sw-db": "数据库管理系统研发；基础软件开发",
        "sw-consult": "信息系统工程监理；信息技术咨询服务",
        "sw-blockchain": "区块链技术相关软件和服务；电子存证",
        "sw-gov": "电子政务软件开发；一网通办平台；信息系统集成服务",
    },
}
NEUTRAL = "餐饮服务；食品销售；住宿服务"


def scope(text: str) -> Profile:
    return Profile(text, (Written("scope", text),))


def best_three(chain: str) -> dict[str, list[str]]:
    """The three likeliest segments of each scope, by the chain's own words alone."""
    categories = categories_of(read_chain(CHAINS / f"{chain}.yaml"))
    profiles = [scope(text) for text in SCOPES[chain].values()]
    space = Space.learned(profiles, [one.seed for one in categories])
    scores = np.asarray(Placer(space, categories).scores(space.vectors(profiles)))
    order = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    return {
        segment: [categories[at].id for at in row] for segment, row in zip(SCOPES[chain], order.tolist(), strict=True)
    }


@pytest.mark.parametrize("chain", SCOPES)
def test_a_typical_scope_has_its_segment_among_the_best_three(chain: str):
    assert {segment: found for segment, found in best_three(chain).items() if segment not in found} == {}


@pytest.mark.parametrize("chain", SCOPES)
def test_a_typical_scope_passes_the_gate_of_its_chain_and_an_inn_does_not(chain: str):
    read = read_chain(CHAINS / f"{chain}.yaml")
    gate = Gate(read)
    assert [text for text in SCOPES[chain].values() if gate.mark(scope(text)) is None] == []
    assert gate.mark(scope(NEUTRAL)) is None


SOFTWARE_ALONE = Profile("x", (Written("name", "某某"), Written("industry", "I6513")))


@pytest.mark.parametrize("chain", SCOPES)
def test_the_code_of_application_software_alone_opens_only_the_software_chain(chain: str):
    assert (Gate(read_chain(CHAINS / f"{chain}.yaml")).mark(SOFTWARE_ALONE) is not None) is (chain == "software")
