"""Invented activities with every field filled, and journals of them spread over five years."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import ivplus_tools as ivp
from ivplus_tools import _store

SUBJECTS, DAYS = 300, 1826
BEGIN = datetime(2020, 1, 1, 8, tzinfo=UTC)
FIELDS = ("asiakassuhteen hoito", "rekrytointi", "kirjanpito ja laskutus", "kameravalvonta", "työterveyshuolto", "palautteet", "ajanvaraus")
PEOPLE = ("asiakkaat", "työnhakijat", "toimittajien yhteyshenkilöt", "kiinteistössä asioivat", "työntekijät", "sivuston kävijät")
DATA = ("yhteystiedot", "palvelutapahtumat", "tositteet", "kameratallenteet", "hakemukset", "käyttötiedot")
BASES = ("6(1)(a)", "6(1)(b)", "6(1)(c)", "6(1)(d)", "6(1)(e)", "6(1)(f)")


def activity(number: int) -> ivp.Activity:
    """An activity of ordinary size; the number chooses its words, so that every run has the same ones."""
    field, people, data = FIELDS[number % 7], PEOPLE[number % 6], DATA[number % 5]
    purposes = [
        ivp.Purpose(
            f"{field}, tehtävä {place}", legal_basis=BASES[(number + place) % 6], legitimate_interest="palvelun laadun parantaminen",
            balancing_test=f"TT-2023-{number:03d}", statute="kirjanpitolaki 1336/1997, 2 luku 10 §", consent_record="suostumusrekisteri",
        )
        for place in (1, 2)
    ]  # fmt: skip
    retention = [
        ivp.RetentionPeriod(one, period=f"P{years}Y", start_event="CUST_END", retention_rule="kirjanpitolaki 2:10 §", action="erase")
        for one, years in ((data, 6), ("tilinpäätösaineisto", 10))
    ]
    return ivp.Activity(
        f"a{number:05d}", name=f"{field.capitalize()} {number}", role="controller", controller="esimerkki",
        joint_controllers=["messut", "hankekumppani"], joint_arrangement=f"sopimus 2023/{number}", representative=ivp.NONE,
        dpo="tietosuojavastaava", on_behalf_of=["kiinteisto-a", "kiinteisto-b"], processing_categories=["vastaanotto", "säilytys"],
        purposes=purposes, data_subjects=[people, "yritysten yhteyshenkilöt"], data_categories=[data, "yhteystiedot", "asiointikieli"],
        special_categories=["health"], special_condition=["9(2)(h)"], criminal_data=ivp.NONE, national_id=["law"],
        sources=["rekisteröity itse", "julkiset rekisterit"],
        recipients=[ivp.Recipient("Verohallinto", recipient_kind="authority"), ivp.Recipient("tilintarkastaja", recipient_kind="adviser")],
        processors=["tilitoimisto", "pilvipalvelu"], transfers=ivp.not_applicable("tiedot pysyvät ETA-alueella"),
        systems=["crm", "kirjanpito"], retention=retention,
        security_measures=["käyttöoikeudet tehtävän mukaan", "kaksivaiheinen kirjautuminen", "varmuuskopiot"],
        automated_decisions=ivp.NONE, dpia="done", dpia_triggers=["35(3)(b)"], dpia_reference=f"VA-2024-{number}",
        notice="tietosuojaseloste 1.9.2023", owner="asiakaspalvelu", reviewed="2026-01-20", review_by="2027-01-20",
        remarks="Käyty läpi prosessin omistajan kanssa; säilytysajat päätetty johtoryhmässä.", imported={"rekisterin vanha nimi": field},
    )  # fmt: skip


def journal(path: Path, entries: int, subjects: int = SUBJECTS) -> Path:
    """A journal of so many entries, written in one transaction; most were true before they were written."""
    bodies = [activity(number).body() for number in range(SUBJECTS)]
    drafts = []
    for number in range(entries):
        subject, moment = number % subjects, BEGIN + timedelta(days=DAYS) * (number / entries)
        since, body = moment.date() - timedelta(days=number * 7 % 60), {**bodies[subject % SUBJECTS], "remarks": f"Muutos {number}"}
        drafts.append(_store.Draft("register", "activity", f"a{subject:05d}", since, "yearly review", body, recorded_at=moment))
    _store.append(ivp.Desk(path, by="bench", lang="en").standpoint, drafts)
    return path
