"""The six invented cooperatives: where they are, what they make, what things cost there.

Names, people and figures are fictional. Amounts are main units of the cooperative's own currency, as text.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Craft:
    """How raw material becomes a piece. Weights in grams; rates as the meeting decided them."""

    material: str
    purpose: str
    price_per_kg: str
    prepare: str
    prepare_rate: str
    make: str
    piece_g: int
    piece_rate: str
    piece_hours: str
    own_cost: str
    own_cost_for: str


@dataclass(frozen=True, slots=True)
class Goods:
    """What is offered: drawn by which technique, called what."""

    technique: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Place:
    """One cooperative and its people."""

    slug: str
    name: str
    country: str
    district: str
    origin: str
    zone: str
    currency: str
    category: str
    since_year: int
    summary: str
    story: str
    selvedge: tuple[str, ...]
    members: tuple[str, ...]
    manager: str
    bookkeeper: str
    supplier: str
    craft: Craft
    goods: tuple[Goods, ...]
    rules: dict[str, str]
    minimum_day: str
    living_month: str
    home_parcel: str
    abroad_parcel: str
    usd_rate: str
    round_to: str


PLACES = (
    Place(
        slug="ban-rim-nam",
        name="Koperasi Sutra Ban Rim Nam",
        country="TH",
        district="Khon Kaen",
        origin="Chaiyaphum",
        zone="Asia/Bangkok",
        currency="THB",
        category="cloth",
        since_year=2009,
        summary="Lima penenun sutra di tepi sungai. Kokon dibeli dari tetangga, dipintal dan diikat sendiri.",
        story="Kami mulai dengan tiga alat tenun di beranda Ibu Malee. Sekarang setiap rumah menenun dengan polanya "
        "sendiri, dan rapat anggota menentukan ongkosnya.",
        selvedge=("#7b2d3b", "#e8c15a", "#f3ead6", "#2f4d3a"),
        members=("Malee Suksai", "Dao Thongdee", "Nok Phrasert", "Kanya Wongsri", "Pim Chaiya"),
        manager="Somsri Boonmak",
        bookkeeper="Anong Saelim",
        supplier="Peternak ulat sutra Ban Nong",
        craft=Craft(
            "Benang sutra mentah",
            "materials",
            "2050.00",
            "Memintal dan mencelup",
            "18.50",
            "Menenun",
            180,
            "420.00",
            "8",
            "19.30",
            "listrik",
        ),
        goods=(
            Goods(
                "weft-ikat", "Selendang sutra ikat pakan", "Sutra pintal tangan, diikat dan dicelup sebelum ditenun."
            ),
            Goods(
                "supplementary-weft", "Kain sutra pakan tambahan", "Benang emas tiruan mengapung di atas tenunan polos."
            ),
        ),
        rules={"tax": "0.07", "overhead_on_labour": "0.25", "premium": "0.05", "reserve": "0.02"},
        minimum_day="352.00",
        living_month="14500.00",
        home_parcel="150.00",
        abroad_parcel="620.00",
        usd_rate="35.1250",
        round_to="10.00",
    ),
    Place(
        slug="srok-romdoul",
        name="Koperasi Krama Srok Romdoul",
        country="KH",
        district="Takeo",
        origin="Kampot",
        zone="Asia/Phnom_Penh",
        currency="KHR",
        category="cloth",
        since_year=2014,
        summary="Penenun krama dari empat rumah. Kapas dipilih, dipilin, lalu ditenun kotak-kotak.",
        story="Krama dipakai untuk apa saja: penutup kepala, gendongan, tas pasar. Kami menenunnya dengan warna kami "
        "sendiri.",
        selvedge=("#a4343a", "#f4efe4", "#27406b"),
        members=("Sokha Chan", "Bopha Keo", "Sreymom Ly", "Chanthy Noun"),
        manager="Vanna Prak",
        bookkeeper="Rith Sopheap",
        supplier="Pedagang kapas Angk Tasom",
        craft=Craft(
            "Benang kapas",
            "materials",
            "42000.00",
            "Memilin dan mencelup",
            "350.00",
            "Menenun krama",
            200,
            "19000.00",
            "5",
            "900.00",
            "benang jahit",
        ),
        goods=(
            Goods("check", "Krama katun", "Kotak-kotak dua warna, tepi rapat di kedua sisi."),
            Goods("stripe", "Selendang katun lurik", "Lurik sempit, ringan, cocok untuk panas."),
        ),
        rules={"tax": "0", "overhead_on_labour": "0.20", "premium": "0.05", "reserve": "0.02"},
        minimum_day="31500.00",
        living_month="980000.00",
        home_parcel="9000.00",
        abroad_parcel="52000.00",
        usd_rate="4062.00",
        round_to="500.00",
    ),
    Place(
        slug="mahila-haath",
        name="Mahila Haath, kelompok pekerja mandiri",
        country="IN",
        district="Kachchh",
        origin="Banaskantha",
        zone="Asia/Kolkata",
        currency="INR",
        category="embroidery",
        since_year=2006,
        summary="Perempuan pekerja mandiri yang menyulam di rumah. Kaca kecil dipasang satu per satu dengan tangan.",
        story="Setiap perajin memegang kartu anggotanya sendiri dan memilih pekerjaan yang sanggup ia ambil.",
        selvedge=("#5a2a5d", "#d9a441", "#efe6d8", "#b0472f", "#1f4d4a"),
        members=("Hansaben Rabari", "Jivuben Ahir", "Ramaben Vankar", "Lakhiben Meghwal"),
        manager="Meenaben Joshi",
        bookkeeper="Sarlaben Dave",
        supplier="Penenun kain dasar Bhujodi",
        craft=Craft(
            "Kain katun dasar",
            "materials",
            "620.00",
            "Memotong dan menggambar pola",
            "9.50",
            "Menyulam dan memasang kaca",
            300,
            "680.00",
            "9",
            "35.00",
            "kaca dan benang sulam",
        ),
        goods=(
            Goods("mirror-work", "Sarung bantal sulam kaca", "Kaca bundar kecil diikat jahitan melingkar."),
            Goods("twill", "Selimut wol tenun kepar", "Tenunan kepar rapat, tepi dijahit tangan."),
        ),
        rules={"tax": "0.05", "overhead_on_labour": "0.22", "premium": "0.05", "reserve": "0.02"},
        minimum_day="480.00",
        living_month="19500.00",
        home_parcel="140.00",
        abroad_parcel="1250.00",
        usd_rate="84.6200",
        round_to="10.00",
    ),
    Place(
        slug="hablon-baybay",
        name="Koperasi Anyaman Baybay",
        country="PH",
        district="Iloilo",
        origin="Antique",
        zone="Asia/Manila",
        currency="PHP",
        category="plaiting",
        since_year=2011,
        summary="Pekerja rumahan di pesisir. Pandan dipotong, dijemur, dipipihkan, lalu dianyam di beranda.",
        story="Kami berunding sebagai satu kelompok, supaya tidak ada yang dibayar di bawah ongkos yang disepakati.",
        selvedge=("#2f6b5e", "#e5c98b", "#7a4a22"),
        members=("Luz Arroyo", "Nenita Dela Peña", "Corazon Salcedo", "Imelda Gallego"),
        manager="Rosario Villar",
        bookkeeper="Teresita Ong",
        supplier="Kebun pandan Miagao",
        craft=Craft(
            "Helai pandan kering",
            "materials",
            "165.00",
            "Memipihkan dan mencelup",
            "6.50",
            "Menganyam",
            400,
            "265.00",
            "4",
            "14.00",
            "pewarna",
        ),
        goods=(
            Goods("plait", "Tatakan anyam pandan", "Anyaman kepar bundar, tepi dililit."),
            Goods("coil", "Tampah pilin", "Dililit dari tengah ke tepi, tanpa paku."),
        ),
        rules={"tax": "0.12", "overhead_on_labour": "0.25", "premium": "0.05", "reserve": "0.02"},
        minimum_day="513.00",
        living_month="21800.00",
        home_parcel="120.00",
        abroad_parcel="980.00",
        usd_rate="57.3400",
        round_to="5.00",
    ),
    Place(
        slug="fatubesi",
        name="Koperasi Kopi Fatubesi",
        country="TL",
        district="Ermera",
        origin="Ermera",
        zone="Asia/Dili",
        currency="USD",
        category="coffee",
        since_year=2012,
        summary="Petani kopi di lereng Ermera. Buah merah dipetik, diolah basah, dijemur, dan disangrai di tempat.",
        story="Pohon naungan tetap berdiri, dan premi dipakai untuk air bersih menurut suara anggota.",
        selvedge=("#3b2417", "#b8442f", "#e9dcc3", "#4c6b3c"),
        members=("Domingas Soares", "Filomena da Costa", "Aurora Ximenes", "Lucia Maia"),
        manager="João Guterres",
        bookkeeper="Maria Belo",
        supplier="Petani pemetik Ermera",
        craft=Craft(
            "Biji kopi gabah",
            "crop",
            "4.60",
            "Mengupas dan memilah",
            "0.09",
            "Menyangrai dan membungkus",
            250,
            "0.95",
            "0.3",
            "0.40",
            "kayu bakar",
        ),
        goods=(
            Goods("coffee-bag", "Kopi arabika Ermera, 250 g", "Olah basah, sangrai sedang, digiling bila diminta."),
            Goods("coffee-beans", "Biji kopi pilihan Ermera, 250 g", "Biji utuh, disortir tangan dua kali."),
        ),
        rules={"tax": "0", "overhead_on_labour": "0.25", "premium": "0.08", "reserve": "0.02"},
        minimum_day="6.90",
        living_month="265.00",
        home_parcel="2.00",
        abroad_parcel="14.00",
        usd_rate="1",
        round_to="0.10",
    ),
    Place(
        slug="lepo-waru",
        name="Koperasi Tenun Lepo Waru",
        country="ID",
        district="Sikka",
        origin="Ende",
        zone="Asia/Makassar",
        currency="IDR",
        category="cloth",
        since_year=2004,
        summary="Penenun di Flores. Kapas dipintal, diikat dan dicelup nila dan mengkudu, lalu ditenun gedogan.",
        story="Satu sarung butuh berminggu-minggu. Ongkosnya diputuskan dalam musyawarah, bukan ditawar di pasar.",
        selvedge=("#1d2f57", "#8a4b16", "#f1e7d3", "#1d2f57"),
        members=("Mama Rosalia", "Maria Nona", "Yuliana Dhiu", "Agnes Wea"),
        manager="Ratna Pareira",
        bookkeeper="Theresia Lewa",
        supplier="Kebun kapas Nita",
        craft=Craft(
            "Kapas pintal",
            "materials",
            "185000.00",
            "Mengikat dan mencelup",
            "2200.00",
            "Menenun",
            450,
            "285000.00",
            "24",
            "7500.00",
            "kayu bakar untuk celup",
        ),
        goods=(
            Goods("warp-ikat", "Sarung tenun ikat lungsi", "Lungsi diikat dan dicelup nila serta akar mengkudu."),
            Goods("stripe", "Selendang lurik tenun gedogan", "Ditenun di gedogan, lebar dua telapak tangan."),
        ),
        rules={"tax": "0", "overhead_on_labour": "0.20", "premium": "0.05", "reserve": "0.01"},
        minimum_day="96000.00",
        living_month="3650000.00",
        home_parcel="28000.00",
        abroad_parcel="240000.00",
        usd_rate="16285.50",
        round_to="1000.00",
    ),
)

WAITING = ("Koperasi Rotan Sungai Kecil", "ID", "Katingan", "IDR", "Bapak Uhing", "rotan@demo.example")

DYES = {
    "indigo": "nila",
    "morinda": "merah mengkudu",
    "soga": "cokelat soga",
    "leaf": "hijau daun",
    "mangosteen": "ungu manggis",
    "turmeric": "kuning kunyit",
    "mud": "abu lumpur",
    "sappan": "merah secang",
    "sea": "biru laut",
    "light-roast": "sangrai ringan",
    "medium-roast": "sangrai sedang",
    "dark-roast": "sangrai gelap",
    "green-bean": "biji hijau",
}

BUYERS = (
    ("Anna Lindqvist", "SE", "Storgatan 4, 111 22 Stockholm"),
    ("Tom Fletcher", "GB", "12 Mill Lane, Leeds"),
    ("Dewi Lestari", "ID", "Jl. Kenanga 8, Bandung"),
    ("Keiko Arai", "JP", "3-2-1 Kita, Osaka"),
    ("Marie Dupont", "FR", "7 rue des Lilas, Lyon"),
    ("Somchai Intra", "TH", "55 Soi Lek, Chiang Mai"),
    ("Grace Tan", "SG", "21 Hill Street"),
    ("Lukas Weber", "DE", "Gartenweg 9, Freiburg"),
    ("Budi Hartono", "ID", "Jl. Melati 15, Surabaya"),
    ("Emma Clarke", "AU", "4 Ocean Parade, Fremantle"),
)
