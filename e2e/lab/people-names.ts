/** What the generator of people draws from, per country. Data only. */
export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly branch: Branch;
  readonly offices: readonly Office[];
  readonly given: readonly string[];
  readonly surnames: readonly string[];
}

export interface Office {
  readonly city: string;
  /** E.164 up to where the six counted digits of the subscriber begin; valid for the country. */
  readonly prefix: string;
}

/** The five branches of the tree, one search base each. */
export const BRANCHES = ['Europe', 'Nordics', 'Americas', 'Asia Pacific', 'Middle East and Africa'] as const;
export type Branch = (typeof BRANCHES)[number];

const words = (text: string): readonly string[] => text.split(' ');

export const COUNTRIES: readonly Country[] = [
  {
    code: 'GB',
    branch: 'Europe',
    offices: [
      { city: 'London', prefix: '+442032' },
      { city: 'Manchester', prefix: '+441612' },
    ],
    given: words(
      'Oliver Amelia George Isla Harry Ava Noah Emily Jack Sophia Leo Grace Arthur Freya Priya Imran Siobhan Callum',
    ),
    surnames: words(
      "Smith Jones Taylor Brown Williams Wilson Evans Patel Walker O'Neill Wright Khan Hughes Green Campbell Whitfield",
    ),
  },
  {
    code: 'FR',
    branch: 'Europe',
    offices: [
      { city: 'Paris', prefix: '+33142' },
      { city: 'Lyon', prefix: '+33478' },
    ],
    given: words(
      'Élodie Jérôme Chloé François Zoé Benoît Hélène Mathieu Céline Théo Inès Noémie Gaël Amélie Raphaël Yasmine',
    ),
    surnames: words(
      'Martin Bernard Dubois Lefèvre Moreau Béranger Girard Lambert Châtelain Rousseau Faure Noël Gauthier Perrin Benali',
    ),
  },
  {
    code: 'DE',
    branch: 'Europe',
    offices: [
      { city: 'Berlin', prefix: '+493023' },
      { city: 'München', prefix: '+498924' },
    ],
    given: words(
      'Jürgen Sabine Björn Käthe Lukas Anneliese Matthias Grit Sören Ulrike Emre Jana Günter Leonie Wolfgang Steffi',
    ),
    surnames: words(
      'Müller Schmidt Schneider Weiß Fischer Weber Schäfer Wagner Köhler Jäger Yıldız Hoffmann Krüger Bäcker Vogel',
    ),
  },
  {
    code: 'ES',
    branch: 'Europe',
    offices: [
      { city: 'Madrid', prefix: '+34912' },
      { city: 'Barcelona', prefix: '+34932' },
    ],
    given: words(
      'María José Lucía Íñigo Carmen Álvaro Nuria Andrés Begoña Sergio Inés Joaquín Montserrat Pablo Rocío Xavi',
    ),
    surnames: words(
      'García Fernández Muñoz Ibáñez López Núñez Serrano Peña Gutiérrez Vázquez Ordóñez Puig Romero Cañizares',
    ),
  },
  {
    code: 'PL',
    branch: 'Europe',
    offices: [{ city: 'Kraków', prefix: '+48123' }],
    given: words(
      'Łukasz Agnieszka Paweł Małgorzata Wojciech Zofia Krzysztof Bożena Stanisław Jadwiga Michał Grażyna Tomasz Ewa',
    ),
    surnames: words(
      'Nowak Kowalski Wiśniewska Wójcik Kamiński Zieliński Szymańska Dąbrowski Król Jabłońska Żak Błaszczyk Ślusarz',
    ),
  },
  {
    code: 'SE',
    branch: 'Nordics',
    offices: [
      { city: 'Stockholm', prefix: '+46850' },
      { city: 'Göteborg', prefix: '+46317' },
    ],
    given: words('Åsa Björn Elin Göran Ingrid Håkan Linnea Mårten Saga Örjan Ebba Fredrik Malin Pär Tuva Viggo'),
    surnames: words(
      'Andersson Johansson Lindström Bergqvist Åkesson Öberg Sjöberg Nyström Hägglund Wallin Löfgren Ek Sandström',
    ),
  },
  {
    code: 'NO',
    branch: 'Nordics',
    offices: [{ city: 'Oslo', prefix: '+4722' }],
    given: words('Bjørn Solveig Øyvind Astrid Håkon Ragnhild Sindre Marte Tor Åse Eirik Ingvild Jørgen Live'),
    surnames: words('Hansen Johansen Bøe Sørensen Lund Ødegård Haugen Strømmen Kvåle Moen Bråten Nygård Sæther'),
  },
  {
    code: 'FI',
    branch: 'Nordics',
    offices: [{ city: 'Helsinki', prefix: '+35892' }],
    given: words('Aino Väinö Kaisa Pekka Päivi Jyrki Sirkka Eero Hämeen Outi Tuomas Liisa Mikko Säde'),
    surnames: words(
      'Virtanen Mäkinen Hämäläinen Korhonen Järvinen Lehtonen Salmela Pöysti Kärkkäinen Niemi Ylönen Räsänen',
    ),
  },
  {
    code: 'US',
    branch: 'Americas',
    offices: [
      { city: 'New York', prefix: '+12125' },
      { city: 'San Francisco', prefix: '+14155' },
      { city: 'Chicago', prefix: '+13125' },
    ],
    given: words(
      'James Mary Robert Patricia Michael Linda Jamal Kayla Wei Hannah DeShawn Jennifer Miguel Ashley Tyler Nguyet',
    ),
    surnames: words(
      'Johnson Williams Brown Davis Miller Nguyen Washington Rodriguez Kim McCarthy Goldberg Jackson Kowalczyk Ortiz',
    ),
  },
  {
    code: 'BR',
    branch: 'Americas',
    offices: [{ city: 'São Paulo', prefix: '+551132' }],
    given: words('João Conceição Luísa Antônio Beatriz Caio Débora Estêvão Flávia Gonçalo Iara Márcio Thaís Vinícius'),
    surnames: words(
      'Silva Souza Conceição Araújo Gonçalves Ribeiro Magalhães Simões Brandão Nóbrega Teixeira Guimarães',
    ),
  },
  {
    code: 'MX',
    branch: 'Americas',
    offices: [{ city: 'Ciudad de México', prefix: '+525552' }],
    given: words('Guadalupe Jesús Ximena Raúl Itzel Héctor Paola Ángel Citlali Óscar Renata Julián'),
    surnames: words('Hernández Martínez Juárez Ramírez Cárdenas Xochihua Domínguez Peralta Zúñiga Velázquez Ochoa'),
  },
  {
    code: 'JP',
    branch: 'Asia Pacific',
    offices: [
      { city: 'Tokyo', prefix: '+81332' },
      { city: 'Osaka', prefix: '+81662' },
    ],
    given: words('Haruto Yui Sōta Hina Yūto Aoi Kenji Sakura Takeshi Emi Ryō Michiko Daiki Naoko'),
    surnames: words('Satō Suzuki Takahashi Tanaka Itō Watanabe Yamamoto Kobayashi Katō Yoshida Ōno Hayashi Saitō'),
  },
  {
    code: 'CN',
    branch: 'Asia Pacific',
    offices: [{ city: 'Shanghai', prefix: '+862162' }],
    given: words('伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平'),
    surnames: words('王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高'),
  },
  {
    code: 'IN',
    branch: 'Asia Pacific',
    offices: [{ city: 'Bengaluru', prefix: '+918022' }],
    given: words('Aarav Ananya Vihaan Diya Arjun Kavya Rohan Meera Siddharth Lakshmi Karthik Nandini Farhan Gurpreet'),
    surnames: words('Sharma Iyer Reddy Nair Gupta Krishnamurthy Singh Desai Banerjee Chaudhary Menon Kulkarni Ansari'),
  },
  {
    code: 'AU',
    branch: 'Asia Pacific',
    offices: [{ city: 'Sydney', prefix: '+61282' }],
    given: words('Lachlan Matilda Cooper Charlotte Hamish Zoe Angus Ruby Declan Tahlia Koa Mia'),
    surnames: words('Murphy Nguyen Kelly Ryan Fraser Papadopoulos Hughes Doyle McKenzie Tran Bennett Walsh'),
  },
  {
    code: 'ZA',
    branch: 'Middle East and Africa',
    offices: [{ city: 'Johannesburg', prefix: '+27112' }],
    given: words('Thabo Nomvula Sipho Lerato Johan Annelie Mandla Zanele Pieter Refilwe Kagiso Chantelle'),
    surnames: words('Nkosi Dlamini Botha Mokoena Naidoo Pretorius Khumalo Venter Mahlangu Govender Sithole'),
  },
  {
    code: 'NG',
    branch: 'Middle East and Africa',
    offices: [{ city: 'Lagos', prefix: '+2342012' }],
    given: words('Chukwuemeka Ngozi Babatunde Folake Ifeanyi Adaeze Olúṣẹ́gun Amaka Yusuf Temitọpẹ Obinna Halima'),
    surnames: words('Adeyemi Okonkwo Balogun Eze Ogunleye Nwosu Bello Okafor Abubakar Afolabi Uche Danjuma'),
  },
  {
    code: 'AE',
    branch: 'Middle East and Africa',
    offices: [{ city: 'Dubai', prefix: '+97143' }],
    given: words('محمد فاطمة أحمد مريم خالد عائشة سلطان نورة راشد هند سعيد ليلى'),
    surnames: words('المنصوري الكعبي الشامسي المزروعي النعيمي الهاشمي البلوشي السويدي الظاهري'),
  },
];

export const DEPARTMENTS: readonly { readonly name: string; readonly titles: readonly string[] }[] = [
  { name: 'Sales', titles: ['Account Manager', 'Sales Director', 'Field Sales', 'Inside Sales', 'Bid Manager'] },
  {
    name: 'Engineering',
    titles: ['Software Engineer', 'Principal Engineer', 'Test Engineer', 'Network Engineer', 'Architect'],
  },
  { name: 'Customer Support', titles: ['Support Engineer', 'Support Lead', 'Escalation Manager'] },
  { name: 'Finance', titles: ['Controller', 'Accountant', 'Treasury Analyst'] },
  { name: 'Human Resources', titles: ['Recruiter', 'HR Business Partner', 'Trainer'] },
  { name: 'Legal', titles: ['Counsel', 'Contract Manager'] },
  { name: 'Operations', titles: ['Operations Manager', 'Logistics Planner', 'Buyer', 'Facility Manager'] },
  { name: 'Marketing', titles: ['Product Marketing Manager', 'Copywriter', 'Event Manager'] },
];

export const COMPANIES = ['Parley Industries', 'Parley Services', 'Northwind Partners'] as const;
