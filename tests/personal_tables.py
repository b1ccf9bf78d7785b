"""Independent, labelled, synthetic tables for testing a scanner of personal data.

tables(rows, seed) -> {table name: pandas.DataFrame};  LABELS -> {(table, column): kind or "" or "maybe"}.

Written from the decree on identity codes and the published standards only, without sight of the tool.  Every person is invented.  Identity codes of the permanent range (002-899) exist only in memory at run time:
do not write the tables into a repository.  "maybe" = not scored.  NOTES says why for the doubtful ones.
Names: fi_people_names.txt (Finnish names statistics of DVV, CC BY 4.0) of the folder of real inputs beside the project, weighted by
frequency; a short built-in list is used where that file is absent.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HETU_CHARS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
KINDS = {
    "identity_code",
    "test_identity_code",
    "given_name",
    "family_name",
    "full_name",
    "email",
    "phone",
    "postal_address",
    "street",
    "iban",
    "card",
    "birth_date",
    "ip_address",
    "licence_plate",
    "coordinates",
    "business_id",
    "free_text",
    "foreign_identity_code",
    "special_category",
}
NOT_PERSONAL = {"", "business_id"}
NOTES: dict[tuple[str, str], str] = {}

# ---------------------------------------------------------------- names
_FALLBACK_G = [
    "Juhani",
    "Olavi",
    "Antero",
    "Tapani",
    "Johannes",
    "Maria",
    "Helena",
    "Anneli",
    "Kaarina",
    "Aino",
    "Vilho",
    "Åke",
    "Väinö",
    "Sini",
    "Jyrki",
]
_FALLBACK_F = [
    "Korhonen",
    "Virtanen",
    "Mäkinen",
    "Nieminen",
    "Mäkelä",
    "Hämäläinen",
    "Laine",
    "Heikkinen",
    "Koskinen",
    "Järvinen",
    "Lindström",
]


def _load_names():
    path = Path(__file__).parents[2] / "shared" / "real" / "pii" / "fi_people_names.txt"
    g, f = {}, {}
    try:
        with open(path, encoding="utf-8-sig") as fh:
            next(fh)
            for line in fh:
                p = line.rstrip("\n").split("\t")
                if len(p) < 4:
                    continue
                n = int(re.sub(r"\D", "", p[1]) or 0)
                if n < 20:
                    continue
                d = f if "L" in (p[2], p[3]) else g
                d[p[0]] = d.get(p[0], 0) + n
    except OSError:
        g, f = dict.fromkeys(_FALLBACK_G, 1), dict.fromkeys(_FALLBACK_F, 1)

    def pack(d):
        names = np.array(list(d), dtype=object)
        w = np.array(list(d.values()), dtype=float)
        return names, w / w.sum()

    return pack(g), pack(f)


(_G, _GW), (_F, _FW) = _load_names()
_TR = str.maketrans("åäöéèüáíóšžæøÅÄÖ", "aaoeeuaioszaoAAO")


def _fold(s):
    return re.sub(r"[^a-z]", "", s.lower().translate(_TR)) or "nimi"


_GF = np.array([_fold(x) for x in _G], dtype=object)
_FF = np.array([_fold(x) for x in _F], dtype=object)

# ---------------------------------------------------------------- pools
_TREE = [
    "Koivu",
    "Mänty",
    "Kuusi",
    "Pihlaja",
    "Vaahtera",
    "Tammi",
    "Lehmus",
    "Haapa",
    "Kataja",
    "Saarni",
    "Kirkko",
    "Koulu",
    "Puisto",
    "Ranta",
    "Mylly",
    "Asema",
    "Kauppa",
    "Niitty",
    "Pelto",
    "Metsä",
    "Suo",
    "Kallio",
    "Harju",
    "Laakso",
    "Lähde",
    "Joki",
    "Järvi",
    "Saari",
    "Kettu",
    "Karhu",
    "Hirvi",
    "Ilves",
    "Jänis",
    "Kotka",
    "Joutsen",
    "Kurki",
    "Pääsky",
    "Seppä",
    "Räätäli",
    "Suutari",
    "Nahkuri",
    "Kivenhakkaajan",
]
_STREETS = [t + s for t in _TREE for s in ("katu", "tie", "kuja", "polku", "rinne", "kaari", "raitti")] + [
    "Hämeenkatu",
    "Aleksanterinkatu",
    "Yliopistonkatu",
    "Mannerheimintie",
    "Itäinen Pitkäkatu",
    "Vanha Porvoontie",
    "Storgatan",
    "Skolgatan",
    "Kyrkogatan",
    "Strandvägen",
    "Norra Esplanaden",
    "Björkstigen",
    "Ekvägen",
    "Sjögränd",
]
_CITY = [
    ("00100", "Helsinki"),
    ("00530", "Helsinki"),
    ("00980", "Helsinki"),
    ("02100", "Espoo"),
    ("02770", "Espoo"),
    ("01300", "Vantaa"),
    ("33100", "Tampere"),
    ("33720", "Tampere"),
    ("20100", "Turku"),
    ("20540", "Turku"),
    ("90100", "Oulu"),
    ("90570", "Oulu"),
    ("40100", "Jyväskylä"),
    ("70100", "Kuopio"),
    ("15110", "Lahti"),
    ("28100", "Pori"),
    ("80100", "Joensuu"),
    ("53100", "Lappeenranta"),
    ("65100", "Vaasa"),
    ("60100", "Seinäjoki"),
    ("96200", "Rovaniemi"),
    ("50100", "Mikkeli"),
    ("67100", "Kokkola"),
    ("06100", "Porvoo"),
    ("22100", "Mariehamn"),
    ("68600", "Jakobstad"),
    ("10300", "Karjaa"),
    ("99800", "Ivalo"),
    ("88900", "Kuhmo"),
    ("62100", "Lapua"),
]
_JOBS = [
    "huoltomies",
    "kirjanpitäjä",
    "siivooja",
    "myyjä",
    "projektipäällikkö",
    "lähihoitaja",
    "ohjelmistokehittäjä",
    "autonkuljettaja",
    "toimitusjohtaja",
    "palkanlaskija",
    "isännöitsijä",
    "kokki",
    "sähköasentaja",
    "putkiasentaja",
    "harjoittelija",
    "seppä",
    "suutari",
] + ["Sales Manager", "HR Partner", "vastaava hoitaja", "LVI-asentaja", "Servicetekniker"]
_COLOURS = [
    "punainen",
    "sininen",
    "vihreä",
    "musta",
    "valkoinen",
    "harmaa",
    "keltainen",
    "ruskea",
    "violetti",
    "oranssi",
    "beige",
    "RAL7016",
    "petrooli",
]
_UNITS = ["kpl", "m", "m2", "m3", "kg", "g", "l", "dl", "pkt", "ltk", "rll", "h", "pv", "kk", "vko", "par"]
_CC = ["FI", "SE", "NO", "EE", "DE", "DK", "LV", "LT", "PL", "NL", "FR", "GB", "US", "CN"]
_SFX = ["Oy", "Oyj", "Ky", "Ab", "Oy Ab", "& Pojat Oy", "& Kumppanit Oy", "Consulting Oy", "Yhtiöt Oy", "-Rakennus Oy"]
_FURN = [
    "Aino",
    "Vilho",
    "Eino",
    "Helmi",
    "Toivo",
    "Sisu",
    "Lumi",
    "Veikko",
    "Elsa",
    "Ilmari",
    "Saimi",
    "Onni",
    "Siiri",
    "Otso",
    "Pihla",
    "Kaarna",
    "Usva",
]
_THING = ["nojatuoli", "sohva", "ruokapöytä", "kirjahylly", "jakkara", "lipasto", "senkki", "peili", "matto", "valaisin", "sänky", "penkki"]
_NULLS = np.array(["-", "N/A", "", None, "NULL", "ei tiedossa", "n/a", "?", "—"], dtype=object)
_NB = "\u00a0"


def obj(x):
    if isinstance(x, np.ndarray) and x.dtype == object:
        return x
    a = np.empty(len(x), dtype=object)
    a[:] = list(x)
    return a


def pick(r, pool, n, p=None):
    pool = obj(pool)
    return pool[r.choice(len(pool), n, p=p)] if p is not None else pool[r.integers(0, len(pool), n)]


def I(r, lo, hi, n):
    """Integers lo..hi-1 as a list of python ints"""
    return r.integers(lo, hi, n).tolist()


def mix(r, n, *parts):
    """Parts = (share, array) ... shares add up to 1"""
    out = obj(parts[0][1]).copy()
    u = r.random(n)
    lo = parts[0][0]
    for share, arr in parts[1:]:
        m = (u >= lo) & (u < lo + share)
        out[m] = obj(arr)[m]
        lo += share
    return out


def sprinkle(r, base, arr, share):
    """Base with `share` of its rows (at least one) taken from arr"""
    n = len(base)
    out = obj(base).copy()
    k = min(n, max(1, round(n * share)))
    idx = r.choice(n, k, replace=False)
    out[idx] = obj(arr)[idx]
    return out


def nulls(r, a, p=0.05, texts=True):
    a = obj(a).copy()
    m = np.flatnonzero(r.random(len(a)) < p)
    a[m] = _NULLS[r.integers(0, len(_NULLS), len(m))] if texts else None
    return a


def mess(r, a, pnull=0.04, lower=0.04, space=0.05, nbsp=0.03):
    """The dirt of real systems: lower case, outer spaces, no-break spaces, texts that mean NULL"""
    a = obj(a).copy()
    n = len(a)
    for p, fn in ((lower, str.lower), (space, lambda s: " " + s + "  "), (nbsp, lambda s: s.replace(" ", _NB) + _NB)):
        for i in np.flatnonzero(r.random(n) < p).tolist():
            if isinstance(a[i], str):
                a[i] = fn(a[i])
    return nulls(r, a, pnull)


# ---------------------------------------------------------------- dates
def days(r, n, a, b):
    lo, hi = np.datetime64(a, "D"), np.datetime64(b, "D")
    return lo + r.integers(0, (hi - lo).astype(int), n).astype("timedelta64[D]")


def ymd(d):
    y = d.astype("M8[Y]").astype(int) + 1970
    m = d.astype("M8[M]").astype(int) % 12 + 1
    dd = (d - d.astype("M8[M]").astype("M8[D]")).astype(int) + 1
    return y, m, dd


def fi_date(d, pad=False):
    y, m, dd = (x.tolist() for x in ymd(d))
    return obj([f"{c:02d}.{b:02d}.{a}" if pad else f"{c}.{b}.{a}" for a, b, c in zip(y, m, dd)])


def iso(d):
    return obj(np.datetime_as_string(d, unit="D").astype(object))


def stamp(r, n, a="2021-01-01", b="2026-11-01"):
    d = days(r, n, a, b).astype("M8[s]") + r.integers(0, 86400, n).astype("timedelta64[s]")
    return d


def iso_ts(d):
    return obj([s.replace("T", " ") for s in np.datetime_as_string(d, unit="s").tolist()])


def epoch_ms(r, n):
    return stamp(r, n).astype("int64") * 1000 + r.integers(0, 1000, n)


def clock(r, n):
    return obj([f"{h:02d}:{m:02d}" for h, m in zip(I(r, 0, 24, n), I(r, 0, 60, n))])


def births(r, n):
    return days(r, n, "1938-01-01", "2008-12-31")


# ---------------------------------------------------------------- identity codes
def hetu(r, n, lo=2, hi=900, wrong=False, lookalike=False, d=None):
    d = births(r, n) if d is None else d
    y, m, dd = ymd(d)
    ind = r.integers(lo, hi, n)
    key = (dd * 10000 + m * 100 + y % 100) * 1000 + ind
    c = key % 31
    if wrong:
        c = (c + r.integers(1, 31, n)) % 31
    if lookalike:  # any letter or digit: passes by chance now and then
        c = r.integers(0, 31, n)
    s19 = pick(r, list("-YXWVU"), n, [0.9, 0.04, 0.03, 0.01, 0.01, 0.01])
    s20 = pick(r, list("ABCDEF"), n, [0.9, 0.04, 0.03, 0.01, 0.01, 0.01])
    sep = np.where(y >= 2000, s20, np.where(y < 1900, "+", s19))
    return obj([f"{k // 1000:06d}{s}{k % 1000:03d}{HETU_CHARS[x]}" for k, s, x in zip(key.tolist(), sep, c.tolist())])


def digits(r, n, k):
    return r.integers(0, 10, (n, k))


def luhn_sum(dg, last_is_check):
    k = dg.shape[1]
    s = np.zeros(len(dg), dtype=int)
    for i in range(k):
        pos = k - 1 - i if last_is_check else k - i
        v = dg[:, i] * (2 if pos % 2 else 1)
        s += np.where(v > 9, v - 9, v)
    return s


def luhn_digit(dg):
    return (10 - luhn_sum(dg, False) % 10) % 10


def to_int(dg):
    v = np.zeros(len(dg), dtype=np.int64)
    for i in range(dg.shape[1]):
        v = v * 10 + dg[:, i]
    return v


def text(dg):
    k = dg.shape[1]
    if k <= 18:
        return obj([f"{v:0{k}d}" for v in to_int(dg).tolist()])
    h = k - 9
    return obj([f"{a:0{h}d}{b:09d}" for a, b in zip(to_int(dg[:, :h]).tolist(), to_int(dg[:, h:]).tolist())])


def swedish(r, n):
    d = births(r, n)
    y, m, dd = ymd(d)
    dd = dd + np.where(r.random(n) < 0.06, 60, 0)
    b = (y % 100) * 10000 + m * 100 + dd
    ser = r.integers(1, 1000, n)
    v = b * 1000 + ser
    dg = np.stack([(v // 10 ** (8 - i)) % 10 for i in range(9)], axis=1)
    c = luhn_digit(dg)
    form = I(r, 0, 4, n)
    out = []
    for yy, bb, s, cc, f in zip(y.tolist(), b.tolist(), ser.tolist(), c.tolist(), form):
        cent = yy // 100
        out.append(f"{bb:06d}-{s:03d}{cc}" if f < 2 else f"{cent}{bb:06d}-{s:03d}{cc}" if f == 2 else f"{cent}{bb:06d}{s:03d}{cc}")
    return obj(out)


_N1, _N2 = np.array([3, 7, 6, 1, 8, 9, 4, 5, 2]), np.array([5, 4, 3, 2, 7, 6, 5, 4, 3, 2])


def norwegian(r, n):
    out = []
    while len(out) < n:
        k = int(n * 1.4) + 20
        y, m, dd = ymd(days(r, k, "1940-01-01", "2009-01-01"))
        ind = np.where(y >= 2000, r.integers(500, 1000, k), r.integers(0, 500, k))
        v = (dd * 10000 + m * 100 + y % 100) * 1000 + ind
        dg = np.stack([(v // 10 ** (8 - i)) % 10 for i in range(9)], axis=1)
        k1 = (11 - dg @ _N1 % 11) % 11
        k2 = (11 - np.column_stack([dg, k1]) @ _N2 % 11) % 11
        ok = (k1 < 10) & (k2 < 10)
        out += [f"{a:09d}{b}{c}" for a, b, c in zip(v[ok].tolist(), k1[ok].tolist(), k2[ok].tolist())]
    return obj(out[:n])


def estonian(r, n):
    y, m, dd = ymd(births(r, n))
    g = np.where(y >= 2000, 5, 3) + r.integers(0, 2, n)
    v = ((g * 100 + y % 100) * 10000 + m * 100 + dd) * 1000 + r.integers(1, 720, n)
    dg = np.stack([(v // 10 ** (9 - i)) % 10 for i in range(10)], axis=1)
    a = dg @ np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
    b = dg @ np.array([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
    c = np.where(a < 10, a, np.where(b < 10, b, 0))
    return obj([f"{x:010d}{z}" for x, z in zip(v.tolist(), c.tolist())])


def german(r, n):
    base = r.permuted(np.tile(np.arange(10), (n, 1)), axis=1)
    zero = base[:, 0] == 0
    base[zero] = np.roll(base[zero], 1, axis=1)
    ten = base.copy()
    src, dst = r.integers(0, 9, n), 9  # ten distinct -> one digit doubled, one missing
    ten[:, dst] = base[np.arange(n), src]
    tail = r.permuted(ten[:, 1:], axis=1)
    ten[:, 1:] = tail
    p = np.full(n, 10)
    for i in range(10):
        s = (ten[:, i] + p) % 10
        s[s == 0] = 10
        p = (2 * s) % 11
    c = (11 - p) % 10
    return text(np.column_stack([ten, c]))


# ---------------------------------------------------------------- other identifiers
def ytunnus_num(r, n):
    w = np.array([7, 9, 10, 5, 8, 4, 2])
    out = np.empty((0, 8), dtype=int)
    while len(out) < n:
        dg = digits(r, int(n * 1.2) + 10, 7)
        dg[:, 0] = r.integers(0, 4, len(dg))
        m = dg @ w % 11
        ok = m != 1
        c = np.where(m == 0, 0, 11 - m)
        out = np.vstack([out, np.column_stack([dg, c])[ok]])
    return to_int(out[:n]).tolist()


def ytunnus(r, n):
    return obj([f"{v // 10:07d}-{v % 10}" for v in ytunnus_num(r, n)])


def _mod97(cc, bban_int, bban_len):
    a, b = (ord(c) - 55 for c in cc)
    return 98 - (((bban_int * 100 + a) * 100 + b) * 100) % 97


def fi_bban(r, n):
    dg = digits(r, n, 13)
    dg[:, 0] = r.integers(1, 9, n)
    return to_int(np.column_stack([dg, luhn_digit(dg)])).tolist()


def iban(r, n, bad=False, spaced=0.0, foreign=0.05):
    fi = obj([f"FI{_mod97('FI', v, 14):02d}{v:014d}" for v in fi_bban(r, n)])
    k = int(n * foreign)
    if k:
        idx = r.choice(n, k, replace=False)
        for i, v, cc in zip(idx.tolist(), text(digits(r, k, 20)), I(r, 0, 3, k)):
            c, ln = (("SE", 20), ("DE", 18), ("LT", 16))[cc]
            b = int(v[:ln])
            fi[i] = f"{c}{_mod97(c, b, ln):02d}{b:0{ln}d}"
    if bad:
        dl = I(r, 1, 97, n)
        fi = obj([f"{s[:2]}{(int(s[2:4]) - 2 + d) % 97 + 2:02d}{s[4:]}" for s, d in zip(fi, dl)])
    sp = np.flatnonzero(r.random(n) < spaced)
    for i in sp.tolist():
        s = fi[i]
        fi[i] = " ".join(s[j : j + 4] for j in range(0, len(s), 4))
    return fi


def card(r, n, spaced=0.3, random_iin=True):
    dg = digits(r, n, 15)
    u = r.random(n)
    pre = np.array([[4, 1, 1, 1, 1, 1], [5, 5, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0], [5, 1, 0, 5, 1, 0], [2, 2, 2, 3, 0, 0]])
    dg[:, :6] = pre[r.integers(0, len(pre), n)]
    if random_iin:
        m = u < 0.6
        dg[m, 1:6] = digits(r, int(m.sum()), 5)
        dg[m, 0] = 4
        m2 = u < 0.25
        dg[m2, 0], dg[m2, 1] = 5, r.integers(1, 6, int(m2.sum()))
    out = text(np.column_stack([dg, luhn_digit(dg)]))
    for i in np.flatnonzero(r.random(n) < spaced).tolist():
        s = out[i]
        out[i] = (" " if i % 3 else "-").join(s[j : j + 4] for j in range(0, 16, 4))
    return out


def ref16(r, n, fail=False):
    dg = digits(r, n, 16)
    dg[:, 0] = r.integers(1, 10, n)
    if fail:
        ok = luhn_sum(dg, True) % 10 == 0
        dg[ok, 15] = (dg[ok, 15] + 1) % 10
    return text(dg)


def fi_ref(r, n):
    dg = digits(r, n, 9)
    dg[:, 0] = r.integers(1, 10, n)
    w = np.array([7, 3, 1] * 3)[:9][::-1]
    c = (10 - dg @ w % 10) % 10
    return text(np.column_stack([dg, c]))


def rf_ref(r, n):
    out = []
    for s in fi_ref(r, n):
        ck = 98 - int(s + "271500") % 97
        out.append(f"RF{ck:02d}{s}")
    return obj(out)


def ean13(r, n):
    dg = digits(r, n, 12)
    dg[:, 0], dg[:, 1] = 6, 4
    w = np.array([1, 3] * 6)
    return text(np.column_stack([dg, (10 - dg @ w % 10) % 10]))


def imei(r, n):
    dg = digits(r, n, 14)
    dg[:, 0], dg[:, 1] = 3, 5
    return text(np.column_stack([dg, luhn_digit(dg)]))


def hexs(r, n, k):
    b = r.bytes((k * n + 1) // 2 + 1).hex()
    return obj([b[i * k : (i + 1) * k] for i in range(n)])


def guid(r, n):
    return obj([f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}" for h in hexs(r, n, 32)])


def version4(r, n):
    return obj([f"{a}.{b}.{c}.{d}" for a, b, c, d in zip(I(r, 1, 12, n), I(r, 0, 30, n), I(r, 0, 20, n), I(r, 0, 256, n))])


def ip(r, n, v6=0.12):
    q = r.integers(1, 255, (n, 4))
    q[:, 0] = np.array([5, 31, 37, 62, 77, 80, 84, 85, 88, 91, 109, 176, 185, 188, 193, 194, 212, 213])[r.integers(0, 18, n)]
    u = r.random(n)
    q[u < 0.25, :3] = [203, 0, 113]
    q[u < 0.15, :3] = [198, 51, 100]
    q[u < 0.05, :2] = [192, 168]
    v4 = [f"{w}.{x}.{y}.{z}" for w, x, y, z in q.tolist()]
    six = [f"2001:db8:{x:x}:{y:x}::{z:x}" for x, y, z in zip(I(r, 1, 65536, n), I(r, 1, 65536, n), I(r, 1, 65536, n))]
    return mix(r, n, (1 - v6, v4), (v6, six))


def plate(r, n, messy=True):
    L = "ABCEFGHIJKLMNORSTUVXYZ"
    ls = r.integers(0, len(L), (n, 3)).tolist()
    out = [f"{L[a]}{L[b]}{L[c]}-{d}" for (a, b, c), d in zip(ls, I(r, 1, 1000, n))]
    if messy:
        f = I(r, 0, 20, n)
        out = [
            o.lower() if k == 0 else o.replace("-", "") if k == 1 else o.replace("-", " ") if k == 2 else o[1:] if k == 3 else o
            for o, k in zip(out, f)
        ]
    return obj(out)


def phone(r, n, simple=False):
    pre = pick(r, ["40", "41", "44", "45", "46", "50"], n, [0.35, 0.08, 0.2, 0.12, 0.05, 0.2])
    x = I(r, 0, 10000, n)
    f = [1] * n if simple else I(r, 0, 20, n)
    out = []
    for p, v, k in zip(pre, x, f):
        a, b = "000", f"{v:04d}"
        if k < 4:
            s = f"0{p} {a} {b}"
        elif k < 7:
            s = f"0{p}{a}{b}"
        elif k < 10:
            s = f"+358 {p} {a} {b}"
        elif k == 10:
            s = f"+358{p}{a}{b}"
        elif k == 11:
            s = f"00358{p}{a}{b}"
        elif k == 12:
            s = f"0{p}-{a}{b}"
        elif k == 13:
            s = f"0{p} - {a} {b[:2]} {b[2:]}"
        elif k == 14:
            s = f"(09) 000 {b[:3]}"
        elif k == 15:
            s = f"09 000 {b}"
        elif k == 16:
            s = f"+358 (0){p} {a} {b}"
        elif k == 17:
            s = f"+46 70 174 06 {v % 95 + 5:02d}"  # Swedish numbers kept for fiction
        elif k == 18:
            s = f"0{p}{_NB}{a}{_NB}{b}"
        else:
            s = f"358{p}{a}{b}"
        out.append(s)
    return obj(out)


# ---------------------------------------------------------------- people and places
class People:
    def __init__(self, r, n):
        self.g = r.choice(len(_G), n, p=_GW)
        self.g2 = r.choice(len(_G), n, p=_GW)
        self.f = r.choice(len(_F), n, p=_FW)
        self.given, self.second, self.family, self.n, self.r = _G[self.g], _G[self.g2], _F[self.f], n, r

    def full(self, form="mixed"):
        k = I(self.r, 0, 8, self.n) if form == "mixed" else [form] * self.n
        return obj(
            [
                f"{g} {f}"
                if j in (0, 1, 2, 3, "fl")
                else f"{f} {g}"
                if j in (4, "lf")
                else f"{f}, {g}"
                if j in (5, "l,f")
                else f"{g} {s} {f}"
                if j == 6
                else f"{g[0]}. {f}"
                if j == "i"
                else f"{f.upper()} {g.upper()}"
                for g, s, f, j in zip(self.given, self.second, self.family, k)
            ]
        )

    def email(self):
        r, n = self.r, self.n
        dom = pick(r, ["example.fi", "example.com", "posti.example.fi", "mail.example.com"], n, [0.5, 0.3, 0.1, 0.1])
        return obj(
            [
                f"{g}.{f}@{d}"
                if k < 5
                else f"{g[0]}{f}@{d}"
                if k == 5
                else f"{f}{x}@{d}"
                if k == 6
                else f"{g}_{f}{x}@{d}"
                if k == 7
                else f"{g}.{f}+kauppa@{d}"
                if k == 8
                else f"{g}{x}@{d}"
                for g, f, d, k, x in zip(_GF[self.g], _FF[self.f], dom, I(r, 0, 10, n), I(r, 1, 99, n))
            ]
        )


def street(r, n):
    s = pick(r, _STREETS, n)
    return obj(
        [
            f"{a} {b}" if k < 4 else f"{a} {b} {'ABCDEF'[c % 6]} {c}" if k < 8 else f"{a} {b} as. {c}" if k == 8 else f"{a} {b}-{b + 2}"
            for a, b, c, k in zip(s, I(r, 1, 120, n), I(r, 1, 99, n), I(r, 0, 10, n))
        ]
    )


def pcity(r, n):
    return obj([f"{a} {b}" for a, b in pick_tuples(r, _CITY, n)])


def pick_tuples(r, pool, n):
    return [pool[i] for i in r.integers(0, len(pool), n).tolist()]


def city(r, n):
    return pick(r, [c for _, c in _CITY], n)


def address(r, n):
    f = I(r, 0, 6, n)
    return obj(
        [f"{a}, {b}" if k < 4 else f"{a}\n{b.upper()}" if k == 4 else f"{a} {b} Finland" for a, b, k in zip(street(r, n), pcity(r, n), f)]
    )


def company(r, n):
    fam = pick(r, _F[:3000], n)
    return obj(
        [
            f"{f}{'' if s[0] == '-' else ' '}{s}"
            if k < 6
            else f"Kiinteistö Oy {t}rinne"
            if k == 6
            else f"Rakennus {f} Oy"
            if k == 7
            else f"{t}maan Huolto Oy"
            for f, s, t, k in zip(fam, pick(r, _SFX, n), pick(r, _TREE, n), I(r, 0, 9, n))
        ]
    )


def money(r, n, hi=5000):
    return np.round(r.gamma(1.2, hi / 6, n), 2)


def fi_money(r, n):
    return obj([f"{v:,.2f}".replace(",", _NB if i % 2 else " ").replace(".", ",") for i, v in enumerate(money(r, n, 20000).tolist())])


def seq(fmt, n, start=1):
    return obj([fmt.format(i) for i in range(start, start + n)])


def const(v, n):
    a = np.empty(n, dtype=object)
    a[:] = v
    return a


def path(r, n):
    return obj(
        [
            f"/srv/{d}/{y}/{m:02d}/{h}.{e}" if k else f"\\\\fs01\\{d}\\{y}-{m:02d}\\{h}.{e}"
            for d, y, m, h, e, k in zip(
                pick(r, ["laskut", "kuitit", "raportit", "tuotekuvat", "export"], n),
                I(r, 2019, 2027, n),
                I(r, 1, 13, n),
                hexs(r, n, 10),
                pick(r, ["pdf", "xml", "jpg", "csv"], n),
                I(r, 0, 4, n),
            )
        ]
    )


def url(r, n):
    return obj(
        [
            f"https://www.example.com/{a}/{b}-{c}?sivu={d}"
            for a, b, c, d in zip(
                pick(r, ["tuotteet", "ohjeet", "uutiset", "sv/produkter", "en/products"], n),
                pick(r, _THING, n),
                I(r, 100, 99999, n),
                I(r, 1, 20, n),
            )
        ]
    )


_UA = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{}.0.6099.71 Safari/537.36 Edg/{}.0.2210.61",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko/20100101 Firefox/{}.0",
    "curl/8.{}.0",
    "okhttp/4.{}.0.1",
]

_SAFE = [
    "Päivitys versioon {v} epäonnistui, virhekoodi {c}.",
    "Tilaus {o} saapui kaksi päivää myöhässä ({d}).",
    "Aino-nojatuoli sarjasta Vilho on tilapäisesti loppu, EAN {e}.",
    "Laskun viite {r} ei täsmää, summa {m} €.",
    "Tulostin PRN-{c} ei vastaa kello {k}.",
    "Huolto tehty {d}, seuraava 6 kk kuluttua. Suodatin vaihdettu.",
    "Kirjautuminen ei onnistu selaimella Chrome/{c}.0.0.0",
    "Hissi jumissa kerrosten 3 ja 4 välissä, B-rappu.",
    "Lämpötila {c} astetta liian korkea, anturi S-{c}.",
    "Faktura {o} saknas, vänligen skicka på nytt.",
    "Please resend order {o}, the parcel of {d} was damaged.",
    "Lämmitys ei toimi. Kiire!",
    "ok",
    "Kiitos, asia kunnossa.",
]


def safe_text(r, n):
    v, e, f, d, k = version4(r, n), ean13(r, n), fi_ref(r, n), fi_date(days(r, n, "2023-01-01", "2026-10-01")), clock(r, n)
    out = []
    for i, (t, c, o, m) in enumerate(zip(pick(r, _SAFE, n), I(r, 100, 999, n), I(r, 1000000, 99999999, n), money(r, n).tolist())):
        out.append(t.format(v=v[i], c=c, o=o, d=d[i], e=e[i], r=f[i], m=m, k=k[i]))
    return obj(out)


_PERS = [
    "Hei, olen {n}, puhelimeni on {p}.",
    "Asukkaan {n} avain katosi, osoite {a}.",
    "Hetu {h}, tarkistakaa maksu.",
    "Soittakaa numeroon {p} klo 16 jälkeen, t. {g}",
    "Uusi sähköpostini on {e} kiitos",
    "Palauttakaa tilille {i}, {n}",
    "Jag heter {n} och bor på {a}.",
    "My name is {n} and my e-mail is {e}.",
    "Asiakas ({h}) ei saanut kirjettä. Os. {a}",
    "Vastaus osoitteeseen {em}",
    "kortti {c} veloitettiin kahdesti",
    "Auto {l} väärässä ruudussa, omistaja {n}",
]


def personal_text(r, n, templates=_PERS):
    P = People(r, n)
    nm, ph, ad, he, em, ib, ca, pl = (
        P.full("fl"),
        phone(r, n),
        address(r, n),
        hetu(r, n),
        P.email(),
        iban(r, n, spaced=0.5),
        card(r, n),
        plate(r, n, False),
    )
    return obj(
        [
            t.format(
                n=nm[i],
                p=ph[i],
                a=ad[i].replace("\n", " "),
                h=he[i],
                g=P.given[i],
                e=em[i],
                em=em[i].replace("@", "(at)"),
                i=ib[i],
                c=ca[i],
                l=pl[i],
            )
            for i, t in enumerate(pick(r, templates, n))
        ]
    )


# ---------------------------------------------------------------- the tables
_BUILD = []


def table(name, cap=None):
    def deco(fn):
        _BUILD.append((name, cap, fn))
        return fn

    return deco


@table("crm_yhteydet")
def _crm(r, n):
    P, d = People(r, n), births(r, n)
    return [
        ("asnro", "", seq("A{:07d}", n)),
        ("puhuttelu", "given_name", mess(r, P.given)),
        ("suku", "family_name", mess(r, P.family)),
        ("hetu_tarkistettu", "identity_code", mess(r, hetu(r, n, d=d))),
        ("sposti", "email", mess(r, P.email(), pnull=0.15)),
        ("puh_ensisij", "phone", mess(r, phone(r, n))),
        ("puh_muu", "phone", nulls(r, phone(r, n), 0.7)),
        ("toim_os", "postal_address", mess(r, address(r, n))),
        ("lahios", "street", mess(r, street(r, n))),
        ("pnro_ptp", "", mess(r, pcity(r, n))),
        ("pnro", "", pick(r, [a for a, _ in _CITY], n)),
        ("kotikunta", "", city(r, n)),
        ("kieli", "", pick(r, ["fi", "sv", "en", "et", "ru"], n)),
        ("syntynyt", "birth_date", mess(r, fi_date(d), lower=0)),
        ("asiakas_alkaen", "", iso(days(r, n, "1995-01-01", "2026-01-01"))),
        ("kielto_pvm", "", nulls(r, fi_date(days(r, n, "2018-05-25", "2026-01-01")), 0.8)),
        ("viim_yht", "", stamp(r, n)),
        ("segm", "", pick(r, ["kulta", "hopea", "pronssi", "uusi", "passiivi"], n)),
        ("vastuuyritys", "", company(r, n)),
        ("ent_tunnus", "", const(None, n)),
        ("tila", "", const("AKT", n)),
        ("lisatieto2", "", const("", n)),
    ]


@table("hr_staff")
def _hr(r, n):
    P, K, d = People(r, n), People(r, n), births(r, n)
    NOTES["hr_staff", "tax_no"] = "veronumero: personal, but no kind for it"
    NOTES["hr_staff", "monthly_pay_eur"] = "pay of a person: personal in context, no kind"
    return [
        ("emp_no", "", np.arange(100001, 100001 + n)),
        ("display_nm", "full_name", P.full("l,f")),
        ("signature_nm", "full_name", mess(r, P.full())),
        ("nat_id", "identity_code", hetu(r, n, d=d)),
        ("dob", "birth_date", d.astype("M8[s]")),
        ("tax_no", "maybe", text(digits(r, n, 12))),
        ("payroll_acct", "iban", iban(r, n, spaced=0.6)),
        ("work_mobile", "phone", phone(r, n)),
        ("upn", "email", obj([f"{g}.{f}@example.fi" for g, f in zip(_GF[P.g], _FF[P.f])])),
        ("job_title", "", pick(r, _JOBS, n)),
        ("dept_code", "", pick(r, ["HUO-01", "HUO-02", "TAL-10", "MYY-33", "IT-900"], n)),
        ("hired_on", "", days(r, n, "1985-01-01", "2026-10-01").astype("M8[s]")),
        ("contract_until", "", nulls(r, iso(days(r, n, "2026-01-01", "2030-01-01")), 0.7, False)),
        ("monthly_pay_eur", "maybe", np.round(r.normal(3200, 600, n), 2)),
        ("ay_jasenyys", "special_category", pick(r, ["kyllä", "ei"], n)),
        ("sick_leave_diagnosis", "special_category", nulls(r, pick(r, ["J06.9", "M54.5", "F43.0", "S93.4", "K52.9"], n), 0.6)),
        ("shift_start", "", clock(r, n)),
        ("badge_guid", "", guid(r, n)),
        ("car_reg", "licence_plate", nulls(r, plate(r, n), 0.4)),
        ("next_of_kin", "full_name", nulls(r, K.full("fl"), 0.2)),
        ("next_of_kin_tel", "phone", nulls(r, phone(r, n), 0.2)),
        ("home_street", "street", street(r, n)),
        ("country", "", pick(r, _CC, n)),
        ("cost_centre", "", np.asarray(I(r, 1000, 9999, n))),
    ]


@table("web_access")
def _web(r, n):
    NOTES["web_access", "upstream"] = "addresses of own servers"
    NOTES["web_access", "sess"] = "session hash: no kind, labelled negative as the brief says of hashes"
    ua = pick(r, _UA, n)
    v = I(r, 90, 131, n)
    q = obj([f"sivu={a}&jarj={b}" for a, b in zip(I(r, 1, 40, n), pick(r, ["hinta", "nimi", "uusin"], n))])
    q2 = obj(
        [f"email={e.replace('@', '%40')}&ok=1" if i % 2 else f"nimi={e.split('@')[0]}&mail={e}" for i, e in enumerate(People(r, n).email())]
    )
    return [
        ("t", "", epoch_ms(r, n)),
        ("c_ip", "ip_address", ip(r, n)),
        ("xff", "ip_address", nulls(r, obj([f"{a}, {b}" for a, b in zip(ip(r, n, 0), ip(r, n, 0))]), 0.6)),
        ("upstream", "maybe", obj([f"10.0.{a}.{b}:8080" for a, b in zip(I(r, 0, 4, n), I(r, 1, 9, n))])),
        ("meth", "", pick(r, ["GET", "POST", "HEAD", "PUT"], n, [0.8, 0.15, 0.03, 0.02])),
        ("uri", "", obj([f"/{a}/{b}" for a, b in zip(pick(r, ["tuote", "haku", "static/js", "api/v2/stock"], n), I(r, 1, 99999, n))])),
        ("qs", "free_text", sprinkle(r, q, q2, 0.03)),
        ("st", "", np.asarray(pick(r, [200, 301, 304, 404, 500], n).astype(int))),
        ("bytes", "", r.integers(100, 900000, n)),
        ("ua", "", obj([u.format(x, x) for u, x in zip(ua, v)])),
        ("ref", "", nulls(r, url(r, n), 0.4)),
        ("app_ver", "", version4(r, n)),
        ("sess", "", hexs(r, n, 40)),
        ("rid", "", guid(r, n)),
        ("rt", "", np.round(r.gamma(2, 0.1, n), 3)),
        ("edge", "", pick(r, ["hel1", "sto2", "fra3"], n)),
    ]


@table("laskut")
def _inv(r, n):
    P = People(r, n)
    yt = ytunnus_num(r, n)
    NOTES["laskut", "saaja_tili"] = "the company's own account, one value"
    NOTES["laskut", "ovt"] = "e-invoice address holding a Y-tunnus: business_id would be right too"
    NOTES["laskut", "tilausviite"] = "identity-code shape, date valid, random last character: one in 31 passes by chance"
    return [
        ("lasku_nro", "", np.arange(20240001, 20240001 + n)),
        ("tilaustunnus", "", hetu(r, n, wrong=True)),
        ("tilausviite", "", hetu(r, n, lookalike=True)),
        ("tilaus_11", "", text(digits(r, n, 11))),
        ("viite_fi", "", fi_ref(r, n)),
        ("viite_rf", "", rf_ref(r, n)),
        ("viite_16", "", ref16(r, n)),
        ("viite_16b", "", ref16(r, n, fail=True)),
        ("saaja_tili", "maybe", const("FI2112345600000785", n)),
        ("maksaja_tili", "iban", mess(r, iban(r, n, spaced=0.3), pnull=0.3)),
        ("tili_ehdotus", "", iban(r, n, bad=True)),
        ("ostaja_yht", "", company(r, n)),
        ("lask_nimi", "full_name", mix(r, n, (0.65, P.full("fl")), (0.35, company(r, n)))),
        ("ytun", "business_id", obj([f"{v // 10:07d}-{v % 10}" for v in yt])),
        ("alv_nro", "business_id", obj([f"FI{v:08d}" for v in yt])),
        ("ovt", "", obj([f"0037{v:08d}" for v in yt])),
        ("summa", "", money(r, n)),
        ("summa_txt", "", fi_money(r, n)),
        ("alv_pros", "", pick(r, [25.5, 14.0, 10.0, 0.0], n).astype(float)),
        ("valuutta", "", pick(r, ["EUR", "SEK", "NOK", "USD"], n)),
        ("laskupvm", "", fi_date(days(r, n, "2020-01-01", "2026-11-01"))),
        ("erapvm", "", days(r, n, "2020-01-01", "2026-12-01").astype("M8[s]")),
        ("valid_until", "", iso(days(r, n, "2026-01-01", "2031-01-01"))),
        ("toim_paikka", "", city(r, n)),
        ("asunto_katuos", "street", nulls(r, street(r, n), 0.1)),
    ]


@table("tukipyynnot")
def _tickets(r, n):
    P = People(r, n)
    s1, s2 = safe_text(r, n), safe_text(r, n)
    few = obj(_G[:400])[np.random.default_rng(7).choice(min(400, len(_G)), 8, replace=False)]
    role = pick(r, ["info@example.fi", "asiakaspalvelu@example.fi", "laskutus@example.com", "noreply@example.com"], n)
    return [
        ("tiketti", "", seq("TKT-2025-{:06d}", n)),
        ("otsikko", "", pick(r, ["Lasku väärin", "Hissi ei toimi", "Avain kadonnut", "Vattenskada", "Login problem", "Muu asia"], n)),
        ("viesti", "free_text", sprinkle(r, s1, personal_text(r, n), 0.15)),
        ("vastaus", "free_text", sprinkle(r, s2, personal_text(r, n), 0.02)),
        ("ohje", "", safe_text(r, n)),
        ("yht", "email", mix(r, n, (0.7, P.email()), (0.3, role))),
        ("jakelu", "email", role),
        ("soittopyynto", "phone", nulls(r, phone(r, n), 0.6)),
        ("kasittelija", "given_name", pd.Categorical(pick(r, few, n))),
        ("lahde_ip", "ip_address", nulls(r, ip(r, n), 0.3, False)),
        ("kanava", "", pd.Categorical(pick(r, ["web", "puhelin", "chat", "kirje"], n))),
        ("prio", "", pick(r, ["P1", "P2", "P3", "P4"], n)),
        ("luotu", "", iso_ts(stamp(r, n))),
        ("suljettu", "", stamp(r, n)),
        ("ohj_versio", "", version4(r, n)),
        ("tuote", "", pick(r, _FURN, n)),
        ("kesto_min", "", r.integers(1, 9000, n)),
        ("kohde", "", pick(r, ["Asunto Oy Koivuranta", "Kiinteistö Oy Myllykulma", "As Oy Pihlajapiha", "Keskustori", "Kauppahalli"], n)),
    ]


@table("ajoloki")
def _gps(r, n):
    P = People(r, n)
    lat, lon = r.uniform(60, 66, n), r.uniform(21.5, 29.5, n)
    NOTES["ajoloki", "tracker_imei"] = "device number; 15 digits that pass Luhn"
    NOTES["ajoloki", "keikka_tel_muoto"] = "an order number with the very form of a mobile number: only the name tells"
    return [
        ("rek", "licence_plate", plate(r, n)),
        ("lat", "coordinates", np.round(lat, 6)),
        ("lon", "coordinates", np.round(lon, 6)),
        ("sijainti", "coordinates", obj([f"{a:.5f},{b:.5f}" for a, b in zip(lat.tolist(), lon.tolist())])),
        ("wkt", "coordinates", obj([f"POINT ({b:.5f} {a:.5f})" for a, b in zip(lat.tolist(), lon.tolist())])),
        ("kulj", "full_name", P.full("i")),
        (
            "ajopaivakirja",
            "free_text",
            sprinkle(
                r,
                pick(r, ["toimitus", "huoltoajo", "tauko", "tankkaus", "paluu"], n),
                obj([f"vein {g}n kotiin, {s}" for g, s in zip(P.given, street(r, n))]),
                0.05,
            ),
        ),
        ("nopeus", "", np.round(r.uniform(0, 120, n), 1)),
        ("suunta", "", r.integers(0, 360, n)),
        ("mittari_km", "", r.integers(1000, 400000, n)),
        ("utc", "", stamp(r, n)),
        ("fix", "", pick(r, ["3D", "2D", "-"], n)),
        ("tracker_imei", "maybe", imei(r, n)),
        ("fw", "", version4(r, n)),
        ("alue", "", pick(r, ["Kauppahalli", "Satama", "Keskusta", "Varasto Itä", "Messukeskus"], n)),
        ("keikka_tel_muoto", "", obj([f"04{v:08d}" for v in I(r, 0, 10**8, n)])),
        ("keikka", "", np.asarray(I(r, 400000000, 509999999, n))),
        ("rahtikirja", "", obj([f"JJFI{v}" for v in text(digits(r, n, 17))])),
        ("kuormatila_pct", "", r.integers(0, 101, n)),
    ]


@table("tuotteet", 20000)
def _prod(r, n):
    return [
        ("sku", "", plate(r, n, False)),
        ("malli", "", pick(r, _FURN, n)),
        ("nimike", "", obj([f"{a} {b}, {c}" for a, b, c in zip(pick(r, _FURN, n), pick(r, _THING, n), pick(r, _COLOURS, n))])),
        ("suunnittelusarja", "", pick(r, ["Virta", "Laine", "Koski", "Mäki", "Niemi", "Lehto"], n)),
        ("vari", "", pick(r, _COLOURS, n)),
        ("yks", "", pick(r, _UNITS, n)),
        ("ean", "", ean13(r, n)),
        ("gtin14", "", obj(["0" + x for x in ean13(r, n)])),
        ("hinta", "", money(r, n, 900)),
        ("hinta_txt", "", obj([f"{x} €" for x in fi_money(r, n)])),
        ("saldo", "", r.integers(0, 500, n)),
        ("paino", "", np.round(r.uniform(0.1, 90, n), 2)),
        ("mitat", "", obj([f"{a}x{b}x{c}" for a, b, c in zip(I(r, 20, 250, n), I(r, 20, 120, n), I(r, 20, 200, n))])),
        ("alkup", "", pick(r, _CC, n)),
        ("cn", "", obj([f"{a:04d} {b:02d} {c:02d}" for a, b, c in zip(I(r, 9401, 9404, n), I(r, 10, 99, n), I(r, 0, 99, n))])),
        ("hylly", "", obj([f"{'ABCDEFG'[a]}-{b:02d}-{c:02d}" for a, b, c in zip(I(r, 0, 7, n), I(r, 1, 40, n), I(r, 1, 12, n))])),
        ("valmistaja", "", company(r, n)),
        ("kuva", "", path(r, n)),
        ("sivu", "", url(r, n)),
        ("uid", "", guid(r, n)),
        ("md5", "", hexs(r, n, 32)),
        ("lisatty", "", iso(days(r, n, "1999-01-01", "2026-01-01"))),
        ("muutettu_ms", "", epoch_ms(r, n)),
        ("rev", "", version4(r, n)),
        ("kausi", "", pick(r, ["K24", "S24", "K25", "S25"], n)),
        ("toim_koodi", "", ref16(r, n)),
        ("mallivuosi", "", r.integers(1950, 2026, n)),
        ("kokoelma_julkaistu", "", fi_date(days(r, n, "1950-01-01", "2005-01-01"))),
        ("ent_sku", "", const(None, n)),
    ]


@table("mittaukset")
def _sens(r, n):
    lat = pick(r, [60.16952, 61.49911, 65.01236, 60.45148], n).astype(float)
    NOTES["mittaukset", "asema_lat"] = "fixed places of devices"
    NOTES["mittaukset", "gw_mac"] = "device address of own sensors"
    d = days(r, n, "2024-01-01", "2026-10-01")
    y, m, dd = ymd(d)
    return [
        ("anturi", "", obj([f"S-{v:04d}" for v in I(r, 1, 400, n)])),
        ("aika", "", stamp(r, n)),
        ("aika_ms", "", epoch_ms(r, n)),
        ("lampo", "", np.round(r.normal(21, 2, n), 2)),
        ("rh", "", np.round(r.uniform(15, 70, n), 1)),
        ("co2", "", r.integers(380, 1500, n)),
        ("akku_v", "", np.round(r.uniform(2.8, 3.7, n), 3)),
        ("laiteohj", "", version4(r, n)),
        ("paikka", "", city(r, n)),
        ("asema_lat", "", lat),
        ("asema_lon", "", pick(r, [24.93545, 23.78712, 25.46816, 22.26869], n).astype(float)),
        ("raaka", "", hexs(r, n, 24)),
        ("crc", "", hexs(r, n, 8)),
        ("suure", "", pick(r, ["°C", "%RH", "ppm", "lux", "hPa"], n)),
        ("tila", "", obj([f"{'ABC'[a]}-{b}" for a, b in zip(I(r, 0, 3, n), I(r, 101, 499, n))])),
        ("pvm6", "", obj([f"{c:02d}{b:02d}{a % 100:02d}" for a, b, c in zip(y.tolist(), m.tolist(), dd.tolist())])),
        ("hhmmss", "", obj([f"{a:02d}{b:02d}{c:02d}" for a, b, c in zip(I(r, 0, 24, n), I(r, 0, 60, n), I(r, 0, 60, n))])),
        ("kello", "", clock(r, n)),
        ("gw_mac", "maybe", obj([":".join(h[i : i + 2] for i in range(0, 12, 2)) for h in hexs(r, n, 12)])),
        ("sarja16", "", ref16(r, n)),
        ("vikateksti", "", nulls(r, pick(r, ["", "heikko signaali", "anturi irti", "ok"], n), 0.5)),
    ]


@table("tositteet")
def _vouch(r, n):
    P = People(r, n)
    NOTES["tositteet", "kirjaaja"] = "initials of a bookkeeper"
    sel = obj(
        [
            f"{a} {b}/{c}"
            for a, b, c in zip(
                pick(r, ["Vuokra", "Sähkö", "Vakuutus", "Konttoritarvikkeet", "Palkat", "ALV"], n), I(r, 1, 13, n), I(r, 2020, 2027, n)
            )
        ]
    )
    sel2 = personal_text(r, n, ["Matkalasku {n}", "Palkkaennakko {h}", "Hyvitys {n}, {i}", "Kulukorvaus, {n} {p}", "Km-korvaus {l} {n}"])
    return [
        ("tosite", "", seq("VA-2025-{:05d}", n)),
        (
            "viite_sek",
            "",
            mix(
                r,
                n,
                (0.4, fi_ref(r, n)),
                (0.2, rf_ref(r, n)),
                (0.2, ref16(r, n)),
                (0.1, hetu(r, n, wrong=True)),
                (0.1, pick(r, ["-", "ei viitettä", "KT 12"], n)),
            ),
        ),
        ("selite", "free_text", sprinkle(r, sel, sel2, 0.05)),
        ("vastatili", "iban", mix(r, n, (0.4, iban(r, n)), (0.6, obj([str(v) for v in I(r, 1000, 9999, n)])))),
        ("tili", "", r.integers(1000, 9999, n)),
        ("tilin_nimi", "", pick(r, ["Myyntisaamiset", "Ostovelat", "Palkkavelat", "Pankkitili", "Matkakulut"], n)),
        ("debet", "", money(r, n)),
        ("kredit", "", fi_money(r, n)),
        ("kp", "", pick(r, ["100", "200", "310", "420"], n)),
        ("proj", "", obj([f"P{v:06d}" for v in I(r, 1, 4000, n)])),
        ("kirj_pvm", "", fi_date(days(r, n, "2020-01-01", "2026-11-01"), True)),
        ("kausi", "", obj([f"{a}{b:02d}" for a, b in zip(I(r, 2020, 2027, n), I(r, 1, 13, n))])),
        ("ark_tunnus", "", obj([f"1.2.{a}.{b}" for a, b in zip(I(r, 1, 246, n), I(r, 1, 99, n))])),
        ("kirjaaja", "maybe", obj([f[0] + g[0] for g, f in zip(P.given, P.family)])),
        ("vienti_klo", "", clock(r, n)),
        ("liite", "", path(r, n)),
        ("toimittaja", "", company(r, n)),
        ("saaja_hlo", "full_name", nulls(r, P.full("lf"), 0.75, False)),
        ("muistio", "", const(None, n)),
        ("ytun", "business_id", mess(r, ytunnus(r, n))),
        ("tark", "", hexs(r, n, 64)),
    ]


@table("asetus_kv")
def _kv(r, n):
    keys = ["teema", "kieli", "aikavyohyke", "ikkuna", "raja", "versio", "viimeksi", "suodatin"]
    k1 = pick(r, keys, n)
    v1 = {
        "teema": pick(r, ["tumma", "vaalea"], n),
        "kieli": pick(r, ["fi", "sv"], n),
        "aikavyohyke": const("Europe/Helsinki", n),
        "ikkuna": obj([f"{a}x{b}" for a, b in zip(I(r, 600, 2000, n), I(r, 400, 1400, n))]),
        "raja": obj([str(x) for x in I(r, 1, 10**9, n)]),
        "versio": version4(r, n),
        "viimeksi": iso_ts(stamp(r, n)),
        "suodatin": pick(r, ["tila=avoin", "kaikki", ""], n),
    }
    val = obj([v1[k][i] for i, k in enumerate(k1)])
    P = People(r, n)
    k2 = pick(r, ["ilmoitus_osoite", "vara_puh", "hlotunnus", "palautus_tili", "allekirjoitus", "kotiosoite"], n)
    v2 = {
        "ilmoitus_osoite": P.email(),
        "vara_puh": phone(r, n),
        "hlotunnus": hetu(r, n),
        "palautus_tili": iban(r, n),
        "allekirjoitus": P.full("fl"),
        "kotiosoite": address(r, n),
    }
    m = np.zeros(n, dtype=bool)
    m[r.choice(n, max(1, round(n * 0.04)), replace=False)] = True
    key, val = k1.copy(), val.copy()
    for i in np.flatnonzero(m).tolist():
        key[i], val[i] = k2[i], v2[k2[i]][i]
    NOTES["asetus_kv", "arvo"] = "personal in about 4 % of the rows, under the keys " + ", ".join(v2)
    return [
        ("kohde", "", r.integers(1, 50000, n)),
        ("avain", "", key),
        ("arvo", "free_text", val),
        ("tyyppi", "", pick(r, ["str", "int", "json"], n)),
        ("paiv", "", stamp(r, n)),
        ("lahde", "", pick(r, ["ui", "api", "migraatio"], n)),
        ("oletus", "", pick(r, ["", "0", "true", "fi", "tumma"], n)),
    ]


@table("tapahtumat_json")
def _json(r, n):
    P = People(r, n)
    em, ph, fn, gd, i4 = P.email(), phone(r, n), P.full("fl"), guid(r, n), ip(r, n)
    ver = version4(r, n)
    safe = [
        f'{{"type":"stock","sku":"{a}","qty":{b},"ver":"{v}","id":"{g}"}}'
        for a, b, v, g in zip(plate(r, n, False), I(r, 0, 99, n), ver, gd)
    ]
    pers = [
        f'{{"type":"order","id":"{g}","buyer":{{"name":"{f}","contact":[{{"k":"m","v":"{e}"}},{{"k":"t","v":"{p}"}}]}},"total":{t}}}'
        for g, f, e, p, t in zip(gd, fn, em, ph, money(r, n).tolist())
    ]
    deep = [f'{{"a":{{"b":{{"c":[1,2,{{"d":"{i}"}}]}}}}}}' for i in i4]
    uni = [f'{{"n":"{"".join(c if ord(c) < 128 else chr(92) + "u%04x" % ord(c) for c in f)}"}}' for f in fn]
    NOTES["tapahtumat_json", "payload_u"] = "names with \\u escapes inside JSON, one row in five"
    return [
        ("eid", "", guid(r, n)),
        ("payload", "free_text", mix(r, n, (0.7, safe), (0.3, pers))),
        ("payload_tech", "", obj(safe)),
        ("payload_ip", "free_text", sprinkle(r, obj(safe), obj(deep), 0.3)),
        ("payload_u", "free_text", sprinkle(r, const("{}", n), obj(uni), 0.2)),
        ("topic", "", pick(r, ["order.created", "stock.changed", "price.changed"], n)),
        ("part", "", r.integers(0, 12, n)),
        ("off", "", np.arange(n) + 10_000_000_000),
        ("created_at", "", iso_ts(stamp(r, n))),
        ("schema_v", "", pick(r, ["1.0.0.0", "1.0.0.1", "1.1.0.0"], n)),
        ("trace", "", hexs(r, n, 32)),
        ("labels", "", pick(r, ['["uusi","vip"]', "[]", '{"env":"prod"}'], n)),
    ]


@table("sovellusloki")
def _log(r, n):
    P = People(r, n)
    msg = obj(
        [
            f"{a} job={b} took {c} ms build {v}"
            for a, b, c, v in zip(
                pick(r, ["started", "finished", "retrying", "skipped", "timeout"], n), I(r, 1, 10**6, n), I(r, 1, 9000, n), version4(r, n)
            )
        ]
    )
    bad = obj([f"ERROR smtp 550 rejected rcpt <{e}> job={j}" for e, j in zip(P.email(), I(r, 1, 10**6, n))])
    bad2 = obj([f"validation failed: hetu={h}" for h in hetu(r, n)])
    NOTES["sovellusloki", "msg"] = "an e-mail in one row per thousand"
    NOTES["sovellusloki", "ctx"] = "an identity code in one row per two thousand"
    return [
        ("ts", "", iso_ts(stamp(r, n))),
        ("lvl", "", pick(r, ["INFO", "WARN", "ERROR", "DEBUG"], n)),
        ("logger", "", pick(r, ["fi.example.billing.Worker", "fi.example.api.Auth", "org.example.db.Pool"], n)),
        ("msg", "free_text", sprinkle(r, msg, bad, 0.001)),
        ("ctx", "free_text", sprinkle(r, pick(r, ["ok", "validation passed", "cache miss"], n), bad2, 0.0005)),
        ("detail", "", msg),
        ("thread", "", obj([f"pool-{a}-thread-{b}" for a, b in zip(I(r, 1, 5, n), I(r, 1, 33, n))])),
        ("host", "", pick(r, ["app01.example.com", "app02.example.com", "db1"], n)),
        ("pid", "", r.integers(100, 65000, n)),
        ("build", "", version4(r, n)),
        ("commit", "", hexs(r, n, 40)),
        ("stack", "", nulls(r, const("at fi.example.billing.Worker.run(Worker.java:112)", n), 0.9, False)),
    ]


@table("x_export_2019")
def _meaningless(r, n):
    P = People(r, n)
    NOTES["x_export_2019", "c11"] = "dates of plausible ages under a meaningless name"
    return [
        ("c1", "identity_code", mess(r, hetu(r, n))),
        ("c2", "family_name", mess(r, P.family)),
        ("c3", "given_name", mess(r, P.given)),
        ("c4", "email", mess(r, P.email())),
        ("c5", "phone", mess(r, phone(r, n))),
        ("c6", "iban", mess(r, iban(r, n))),
        ("c7", "card", card(r, n, spaced=0)),
        ("c8", "test_identity_code", hetu(r, n, 900, 1000)),
        ("c9", "street", street(r, n)),
        ("c10", "", pick(r, [a for a, _ in _CITY], n)),
        ("c11", "maybe", iso(births(r, n))),
        ("c12", "", hetu(r, n, wrong=True)),
        ("c13", "", ref16(r, n)),
        ("c14", "", company(r, n)),
        ("c15", "foreign_identity_code", swedish(r, n)),
        ("c16", "foreign_identity_code", norwegian(r, n)),
        ("c17", "foreign_identity_code", estonian(r, n)),
        ("c18", "", text(digits(r, n, 11))),
        ("c19", "", city(r, n)),
        ("c20", "", pick(r, _JOBS, n)),
        ("c21", "", pick(r, _COLOURS, n)),
        ("c22", "", money(r, n)),
        ("c23", "", iban(r, n, bad=True)),
        ("c24", "", hexs(r, n, 32)),
        ("c25", "full_name", mess(r, P.full())),
        ("c26", "postal_address", address(r, n)),
        ("c27", "ip_address", ip(r, n)),
        ("c28", "", version4(r, n)),
        ("c29", "", pick(r, _FURN, n)),
        ("c30", "licence_plate", plate(r, n, False)),
        ("c31", "", fi_ref(r, n)),
        ("c32", "", epoch_ms(r, n)),
        ("c33", "business_id", ytunnus(r, n)),
        ("c34", "foreign_identity_code", german(r, n)),
        ("c35", "", clock(r, n)),
        ("c36", "", const(None, n)),
        ("c37", "free_text", sprinkle(r, safe_text(r, n), personal_text(r, n), 0.08)),
        ("c38", "", safe_text(r, n)),
        ("c39", "identity_code", nulls(r, hetu(r, n), 0.92)),
        ("c40", "email", sprinkle(r, const("", n), P.email(), 0.02)),
    ]


@table("medlemmar")
def _assoc(r, n):
    P, d = People(r, n), births(r, n)
    NOTES["medlemmar", "kön"] = "sex: personal in context, no kind"
    return [
        ("medlemsnr", "", np.arange(1, n + 1)),
        ("tilltalsnamn", "given_name", P.given),
        ("efternamn", "family_name", obj([x.upper() for x in P.family])),
        ("personbeteckning", "identity_code", nulls(r, hetu(r, n, d=d), 0.3)),
        ("föd", "birth_date", fi_date(d, True)),
        ("e_post", "email", mess(r, P.email())),
        ("mobil", "phone", mess(r, phone(r, n))),
        ("gatuadress", "street", street(r, n)),
        ("postnr", "", pick(r, [a for a, _ in _CITY], n)),
        ("ort", "", city(r, n)),
        ("inträdesår", "", r.integers(1980, 2027, n)),
        ("avgift", "", pick(r, [10.0, 25.0, 40.0], n).astype(float)),
        ("betald", "", nulls(r, fi_date(days(r, n, "2024-01-01", "2026-10-01")), 0.2)),
        ("roll", "", pick(r, ["medlem", "ordförande", "kassör", "sekreterare"], n)),
        ("kön", "maybe", pick(r, ["m", "k", "-"], n)),
        ("trossamfund", "special_category", pick(r, ["ev.luth.", "ortodox", "inget", "islam", "annat"], n)),
        ("allergier", "special_category", nulls(r, pick(r, ["nötter", "laktos", "gluten"], n), 0.7)),
        ("fackförbund", "special_category", nulls(r, pick(r, ["PAM", "JHL", "Super", "Pro"], n), 0.5)),
        ("bankkonto", "iban", iban(r, n, spaced=1.0)),
        ("sektion", "", pick(r, ["Väst", "Öst", "Nord"], n)),
        ("fakturareferens", "", rf_ref(r, n)),
    ]


@table("asiointi_d")
def _fields(r, n):
    few = obj(_G[:300])[np.random.default_rng(3).choice(min(300, len(_G)), 12, replace=False)]
    fam = obj(_F[:300])[np.random.default_rng(4).choice(min(300, len(_F)), 9, replace=False)]
    return [
        ("field_1", "", np.arange(n)),
        ("field_2", "", pd.Categorical(pick(r, _COLOURS, n))),
        ("field_3", "family_name", pd.Categorical(pick(r, fam, n))),
        ("field_4", "", pd.Categorical(pick(r, _JOBS, n))),
        ("field_5", "", pd.Categorical(city(r, n))),
        ("field_6", "test_identity_code", mess(r, hetu(r, n, 900, 1000))),
        ("field_7", "phone", phone(r, n, True)),
        ("field_8", "", pd.Categorical(pick(r, _UNITS, n))),
        ("field_9", "", pick(r, _CC, n)),
        ("field_10", "", pick(r, ["Y", "N", ""], n)),
        ("field_11", "", stamp(r, n)),
        ("field_12", "", pd.Categorical(pick(r, ["tammikuu", "helmikuu", "maaliskuu", "elokuu"], n))),
        ("field_13", "", r.integers(0, 2, n).astype(bool)),
        ("field_14", "", pick(r, ["Kallio", "Lehtola", "Koskela", "Niemi", "Laakso", "Haaga"], n)),
        ("field_15", "", obj([f"{a}-{b:03d}" for a, b in zip(pick(r, ["SKU", "TIL", "VAR", "OSA"], n), I(r, 1, 1000, n))])),
        ("field_16", "", ean13(r, n)),
        ("field_17", "given_name", pd.Categorical(pick(r, few, n))),
        ("field_18", "", pd.Categorical(pick(r, ["maanantai", "tiistai", "keskiviikko"], n))),
        ("field_19", "full_name", pd.Categorical(pick(r, [f"{g} {f}" for g, f in zip(few, np.resize(fam, len(few)))], n))),
        ("field_20", "", const("0", n)),
    ]


@table("toimipisteet", 300)
def _shops(r, n):
    NOTES["toimipisteet", "puh"] = "a shop's number, not a person's"
    NOTES["toimipisteet", "katu"] = "a shop's address"
    return [
        ("tp", "", seq("TP{:03d}", n)),
        (
            "nimi",
            "",
            obj(
                [
                    f"{a} {c}"
                    for a, c in zip(
                        pick(r, ["Valinta Virtanen", "Huoltamo Koskinen", "Kirjakauppa Aino", "Kahvila Helmi", "Rautia Nieminen"], n),
                        city(r, n),
                    )
                ]
            ),
        ),
        ("kaupunki", "", city(r, n)),
        ("katu", "maybe", street(r, n)),
        ("pnro", "", pick(r, [a for a, _ in _CITY], n)),
        ("myymala_lat", "", np.round(r.uniform(60, 66, n), 5)),
        ("myymala_lon", "", np.round(r.uniform(21, 29, n), 5)),
        ("auki", "", pick(r, ["08:00-21:00", "9-18", "07:00–23:00", "24h"], n)),
        ("puh", "maybe", phone(r, n)),
        ("palaute", "email", pick(r, ["info@example.fi", "palaute@example.fi", "asiakaspalvelu@example.com"], n)),
        ("kplaikka", "", r.integers(5, 300, n)),
        ("avattu", "", fi_date(days(r, n, "1960-01-01", "2024-01-01"))),
    ]


@table("shop_orders")
def _shop(r, n):
    P = People(r, n)
    NOTES["shop_orders", "pan_masked"] = "truncated card number"
    c = card(r, n, spaced=0)
    return [
        ("order_ref", "", seq("SO{:09d}", n)),
        ("ship_to_nm", "full_name", P.full("fl")),
        ("ship_to", "postal_address", address(r, n)),
        ("buyer", "email", obj([e.upper() if i % 17 == 0 else e for i, e in enumerate(P.email())])),
        ("pan", "card", mess(r, card(r, n), lower=0)),
        ("pan_masked", "maybe", obj([x[:6] + "******" + x[-4:] for x in c])),
        ("exp", "", obj([f"{a:02d}/{b}" for a, b in zip(I(r, 1, 13, n), I(r, 26, 32, n))])),
        ("pay_ref", "", ref16(r, n)),
        (
            "gift_msg",
            "free_text",
            sprinkle(
                r,
                nulls(r, pick(r, ["Onnea!", "Hyvää joulua", "Grattis", "kiitos kaikesta"], n), 0.8),
                obj([f"Onnea {g}! t. {f}n perhe, {p}" for g, f, p in zip(P.given, P.family, phone(r, n))]),
                0.05,
            ),
        ),
        ("coupon", "", nulls(r, pick(r, ["KESA25", "AINO10", "VILHO20", "UUSI"], n), 0.8, False)),
        ("order_date", "", days(r, n, "2022-01-01", "2026-11-01").astype("M8[s]")),
        ("deliver_by", "", fi_date(days(r, n, "2022-01-01", "2026-11-01"))),
        ("deliv_city", "", city(r, n)),
        ("shipment_no", "", text(digits(r, n, 18))),
        ("sum_eur", "", money(r, n)),
        ("client_ip", "ip_address", ip(r, n)),
        ("device_id", "", guid(r, n)),
        ("locale", "", pick(r, ["fi-FI", "sv-FI", "en-GB"], n)),
        ("status_txt", "", pick(r, ["paid", "sent", "returned"], n)),
    ]


@table("hoiva_asukkaat")
def _care(r, n):
    P, d = People(r, n), days(r, n, "1925-01-01", "1960-01-01")
    NOTES["hoiva_asukkaat", "huone"] = "room"
    return [
        ("asukas_nro", "", np.arange(5000, 5000 + n)),
        ("kutsumanimi", "given_name", P.given),
        ("omainen", "full_name", nulls(r, People(r, n).full("fl"), 0.2)),
        ("omaisen_puh", "phone", nulls(r, phone(r, n), 0.2)),
        ("henkilötunnus", "identity_code", hetu(r, n, d=d)),
        ("syntaika", "birth_date", iso(d)),
        ("diagnoosi_icd", "special_category", pick(r, ["I10", "E11.9", "G30.1", "F03", "J45.9"], n)),
        ("laakitys", "special_category", pick(r, ["Marevan", "Burana 400", "Furesis", "ei lääkitystä"], n)),
        ("uskontokunta", "special_category", pick(r, ["ev.lut.", "ort.", "ei"], n)),
        ("etninen_tausta", "special_category", nulls(r, pick(r, ["suomalainen", "saamelainen", "romani", "muu"], n), 0.5)),
        ("seks_suuntautuminen", "special_category", nulls(r, pick(r, ["hetero", "homo", "ei kerrottu"], n), 0.9)),
        ("poliittinen_kanta", "special_category", nulls(r, pick(r, ["oikeisto", "vasemmisto", "sitoutumaton"], n), 0.9)),
        ("sormenjalki_malli", "special_category", hexs(r, n, 64)),
        ("geenitesti_tulos", "special_category", nulls(r, pick(r, ["APOE4+", "APOE4-", "ei tehty"], n), 0.6)),
        ("huone", "", obj([f"{'AB'[a]}{b}" for a, b in zip(I(r, 0, 2, n), I(r, 101, 240, n))])),
        ("ateria", "", pick(r, ["tavallinen", "sose", "kasvis"], n)),
        ("tulopvm", "", fi_date(days(r, n, "2015-01-01", "2026-01-01"))),
        ("arvio_seur", "", iso(days(r, n, "2026-11-01", "2027-11-01"))),
        ("hoitaja_ky", "given_name", pd.Categorical(pick(r, _G[[0, 5, 9, 20, 31]] if len(_G) > 40 else _G, n))),
        (
            "raportti",
            "free_text",
            sprinkle(
                r,
                pick(r, ["Yö rauhallinen.", "Söi hyvin.", "Ulkoili pihalla.", "Levoton iltapäivällä."], n),
                obj([f"Tytär {a} {b} kävi, puh. {p}." for a, b, p in zip(P.second, P.family, phone(r, n))]),
                0.1,
            ),
        ),
    ]


@table("ulkom_tyontekijat")
def _abroad(r, n):
    P = People(r, n)
    NOTES["ulkom_tyontekijat", "passi"] = "passport number: personal, no kind"
    L = "ABCDEFGHJKLMNP"
    return [
        ("rivi", "", np.arange(n)),
        ("personnummer", "foreign_identity_code", swedish(r, n)),
        ("fnr", "foreign_identity_code", norwegian(r, n)),
        ("isikukood", "foreign_identity_code", nulls(r, estonian(r, n), 0.1)),
        (
            "steuer_id",
            "foreign_identity_code",
            obj([f"{s[:2]} {s[2:5]} {s[5:8]} {s[8:]}" if i % 2 else s for i, s in enumerate(german(r, n))]),
        ),
        ("passi", "maybe", obj([f"{L[a]}{L[b]}{c:07d}" for a, b, c in zip(I(r, 0, 14, n), I(r, 0, 14, n), I(r, 0, 10**7, n))])),
        ("nimi_koko", "full_name", P.full("lf")),
        ("lähettävä_yritys", "", company(r, n)),
        ("tilaus_nro", "", text(digits(r, n, 11))),
        ("sopimus10", "", obj([f"{a:06d}-{b:04d}" for a, b in zip(I(r, 400000, 999999, n), I(r, 0, 10000, n))])),
        ("kotimaa", "", pick(r, _CC, n)),
        ("alku", "", iso(days(r, n, "2022-01-01", "2026-01-01"))),
        ("testihenkilo_tunnus", "test_identity_code", hetu(r, n, 900, 1000)),
        ("sv_reg_nr", "", obj([f"55{a:04d}-{b:04d}" for a, b in zip(I(r, 2000, 9999, n), I(r, 0, 10000, n))])),
        ("lentonro", "", obj([f"AY{v}" for v in I(r, 1, 1999, n)])),
    ]


def _build(rows, seed):
    out, labels = {}, {}
    for k, (name, cap, fn) in enumerate(_BUILD):
        n = min(rows, cap) if cap else rows
        r = np.random.default_rng([seed, k])
        cols = fn(r, n)
        assert len({c for c, _, _ in cols}) == len(cols), name
        out[name] = pd.DataFrame(
            {c: pd.Series(v, dtype=object) if isinstance(v, np.ndarray) and v.dtype == object else v for c, _, v in cols}
        )
        assert len(out[name]) == n
        for c, lab, _ in cols:
            assert lab in KINDS or lab in ("", "maybe"), (name, c, lab)
            labels[name, c] = lab
    return out, labels


def tables(rows: int, seed: int) -> dict[str, pd.DataFrame]:
    """The tables, each of `rows` rows (tuotteet at most 20,000, toimipisteet at most 300); same seed, same data."""
    return _build(rows, seed)[0]


LABELS: dict[tuple[str, str], str] = _build(4, 0)[1]

if __name__ == "__main__":
    import collections
    import time

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    t0 = time.time()
    T = tables(rows, 1)
    print(f"{len(T)} tables, {sum(len(t.columns) for t in T.values())} columns, {rows} rows, {time.time() - t0:.1f} s")
    c = collections.Counter(LABELS.values())
    print(dict(c))
    print(
        "personal",
        sum(v for k, v in c.items() if k not in NOT_PERSONAL and k != "maybe"),
        "negative",
        c[""] + c["business_id"],
        "maybe",
        c["maybe"],
    )
