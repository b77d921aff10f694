"""The model card, for analysts: what a model is for and not for, what it was trained on, how well it does."""

from collections.abc import Sequence
from typing import Any

from mainstay.risk.model_manifest import Manifest

_TARGETS = {
    "decline": "减收 (decline)：窗口内地方级还原口径收入低于上年同期的70%",
    "relocation": "迁出 (relocation)：窗口内登记迁出",
    "hidden_outflow": "税收与经营变动不一致，待核实 (hidden outflow)",
}
_STATES = {
    "enabled": "已启用 (enabled)：按此模型评分，标注“模型评分”",
    "shadow": "影子运行 (shadow)：只记录，不影响名单，由人启用后才生效",
    "retired": "已停用 (retired)",
    "superseded": "已被更新的版本取代 (superseded)，未启用",
}
_NOT_FOR = (
    "不得据此认定企业性质，不得给企业贴标签；分数只提出建议，由人判断。",
    "不得作为影响企业办理任何事项的依据；只用于安排服务走访的先后。",
    "不得对外提供；不得用于其他园区：模型只用本工作区的台账训练。",
    "对人只显示等级 高/中/低，不显示百分比。",
)
_VALIDATIONS = {
    "out_of_time": "时间外检验：用较早时点训练，预测其后时点，标签窗口不重叠 (out of time)",
    "by_enterprise": "按企业分组交叉检验：可用时点太少，未能做时间外检验 (by enterprise)",
}
_METRICS = {
    "auc": "AUC",
    "average_precision": "平均精度 (average precision)",
    "brier": "Brier",
    "ece": "校准误差 (ECE, 10 bins)",
    "mean_risk": "平均预测概率",
    "base_rate_validated": "实际发生率",
    "validated_rows": "检验样本数",
    "validated_events": "检验样本中的事件企业数",
    "expected_over_seen_loss": "校正前预期减收总额 ÷ 实际减收总额",
}
_RACE_COLUMNS = {
    "candidate": "候选 (candidate)",
    "origins": "时点数",
    "captured_loss": "捕获减收额份额 (captured loss)",
    "average_precision": "AP",
    "auc": "AUC",
    "mean_regret": "平均后悔值 (mean regret)",
    "max_regret": "最大后悔值",
    "is_chosen": "选中",
}
_MEASURES = {
    "captured_loss": "走访能力内捕获的减收额占最优名单的份额 (captured loss)",
    "average_precision": "平均精度 (average precision)",
}


def model_card(manifest: Manifest, *, state: str) -> str:
    """The card as markdown.

    Args:
        manifest: Of the model.
        state: `enabled`, `shadow`, `retired` or `superseded`.
    """
    sections = [
        f"# 模型卡 (model card)：{manifest.target}-h{manifest.horizon_months} {manifest.version}",
        f"状态：{_STATES[state]}",
        _section("用途 (purpose)", [f"预测今后{manifest.horizon_months}个月：{_TARGETS[manifest.target]}。"]),
        _section("不得用于 (not for)", _NOT_FOR),
        _section("训练数据 (data)", _data(manifest)),
        _section("方法 (method)", _method(manifest)),
        "## 特征 (features)\n\n" + _features(manifest),
        "## 候选比选 (race)\n\n" + _race(manifest.risk_race),
        "## 预期减收的比选 (expected loss)\n\n" + _race(manifest.loss_race),
        _section(
            "检验指标 (out-of-sample metrics)",
            [f"{label}：{_number(manifest.metrics.get(name))}" for name, label in _METRICS.items()],
        ),
        _section("局限 (limits)", _limits(manifest)),
        _section("指纹 (hashes)", _hashes(manifest)),
    ]
    return "\n\n".join(sections) + "\n"


def _section(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines)


def _data(manifest: Manifest) -> list[str]:
    treated = "计入训练" if manifest.treated_included else "未计入训练"
    return [
        f"训练截至 (as of)：{manifest.trained_as_of}，只用当时已知的数据",
        f"评分时点 (origins)：{len(manifest.origins)}个，{manifest.origins[0]} 至 {manifest.origins[-1]}",
        f"样本 {manifest.rows:,} 行，发生率 {manifest.base_rate:.1%}",
        f"事件 {manifest.events:,} 家企业（{manifest.event_rows:,} 行，窗口有重叠）",
        f"期间曾走访的 (treated)：{manifest.treated_rows:,} 行，{treated}",
        "学习的结果 (lesson)：窗口中训练时已到期的部分，至少一半；到期不足一半或结果未知的不计入，也不当作未发生",
    ]


def _method(manifest: Manifest) -> list[str]:
    told = "，".join(f"{name}={_number(value)}" for name, value in sorted(manifest.parameters.items()))
    aged = f"较早时点权重每{manifest.half_life_months}个月减半" if manifest.half_life_months else "各时点权重相同"
    calibration = manifest.calibration
    return [
        f"估计器 (estimator)：{manifest.estimator}" + (f"（{told}）" if told else ""),
        f"检验方式：{_VALIDATIONS[manifest.validation]}",
        aged,
        "水平 (level)：百家以上的全体评分，平均概率取最近三个时点的发生率；全园性的下行要等结果到期后才反映",
        f"校准 (Platt)：斜率 {calibration['slope']:.3f}，截距 {calibration['intercept']:.3f}",
        f"预期减收 (expected loss)：{manifest.recipe}",
    ]


def _features(manifest: Manifest) -> str:
    concepts = sorted({row["concept"] for row in manifest.features})
    lines = []
    for concept in concepts:
        names = [row.get("name_zh") or row["feature"] for row in manifest.features if row["concept"] == concept]
        lines.append(f"- {concept}（{len(names)}）：{'、'.join(names)}")
    return "\n".join(lines)


def _race(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "无"
    compared = "、".join(_MEASURES[measure] for measure in rows[0]["measures"].split("+"))
    head = f"比较：{compared}；选平均后悔值最小者，相近时取较简单者。\n"
    table = [f"| {' | '.join(_RACE_COLUMNS.values())} |", "|" + " --- |" * len(_RACE_COLUMNS)]
    table += [f"| {' | '.join(_number(row[name]) for name in _RACE_COLUMNS)} |" for row in rows]
    return head + "\n" + "\n".join(table)


def _limits(manifest: Manifest) -> list[str]:
    lines = ["检验指标来自训练所用时点，选出的候选会略显乐观；以 backtest 的结果为准。"]
    if manifest.validation == "by_enterprise":
        lines.append("未做时间外检验：年度之间的变化没有反映在指标里。")
    if manifest.treated_rows and manifest.treated_included:
        lines.append("走访可能改变结果：曾走访企业的标签不是“未干预”的结果。")
    lines.append(f"事件只有 {manifest.events:,} 家企业；小类（行业、街镇）上的表现不保证。")
    return lines


def _hashes(manifest: Manifest) -> list[str]:
    told = {
        "data": manifest.data_hash,
        "code": manifest.code_hash,
        "sql": manifest.sql_hash,
        "features": manifest.feature_hash,
        "model.joblib": manifest.sha256,
    }
    versions = f"scikit-learn {manifest.sklearn}，numpy {manifest.numpy}"
    return [*(f"{name}：`{value[:16]}`" for name, value in told.items()), versions]


def _number(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) > 1 else f"{value:.3f}"
    return str(value)
