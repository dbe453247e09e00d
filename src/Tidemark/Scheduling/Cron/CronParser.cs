namespace Tidemark.Scheduling.Cron;

/// <summary>From text to bits, in one pass and without an allocation but for errors.</summary>
internal ref struct CronParser(string expression, string? hashName)
{
    const int MaxLength = 500;

    readonly ReadOnlySpan<char> text = expression;
    CronMask mask;
    int at;
    bool isRhythm; // the field at hand is no plain list of values

    public static CronMask Parse(string expression, string? hashName)
    {
        if (expression.Length > MaxLength) throw new CronFormatException($"A cron expression has at most {MaxLength} characters, and this has {expression.Length}", expression[..40] + "…", MaxLength);
        return new CronParser(CronMacros.Expand(expression), hashName).Parse();
    }

    CronMask Parse()
    {
        var fields = CountFields();
        if (fields is not (5 or 6))
            throw Fault($"A cron expression has 5 fields (minute, hour, day of month, month, day of week), or 6 with the second first; this has {fields}", fields < 5 ? text.Length : StartOf(7));
        mask.Seconds = fields == 6 ? Plain(CronField.Second) : 1;
        mask.IsInterval = isRhythm;
        mask.Minutes = Plain(CronField.Minute);
        mask.IsInterval |= isRhythm;
        mask.Hours = (uint)Plain(CronField.Hour);
        mask.IsInterval |= isRhythm;
        Field(CronField.DayOfMonth, DayOfMonth);
        mask.Months = (ushort)Plain(CronField.Month);
        Field(CronField.DayOfWeek, DayOfWeek);
        return mask;
    }

    delegate ulong Item(ref CronParser parser, CronField field);

    ulong Plain(CronField field) => Read(field, static (ref CronParser parser, CronField own) => parser.Values(own));

    void Field(CronField field, Item item)
    {
        var bits = Read(field, item);
        if (field == CronField.DayOfMonth) mask.Days = (uint)bits;
        else mask.DaysOfWeek = (byte)((bits | bits >> 7) & 0x7F);
    }

    ulong Read(CronField field, Item item)
    {
        Skip();
        isRhythm = false;
        if (Peek is '*' or '?') return Any(field);
        var bits = 0UL;
        do bits |= item(ref this, field);
        while (Take(','));
        EndOf(field);
        return bits;
    }

    // All of them: by itself, for in a list it would leave the others without a meaning.
    ulong Any(CronField field)
    {
        if (Peek == '?' && field != CronField.DayOfMonth && field != CronField.DayOfWeek) throw Fault($"'?' stands for a day of month or week that does not matter, not for a {field.Name}. Write '*'", at);
        isRhythm = true;
        var mayStep = text[at++] == '*';
        var bits = mayStep && Peek == '/' ? CronField.Bits(field.Min, field.Max, Step(field)) : field.All;
        EndOf(field);
        return bits;
    }

    static ulong DayOfMonth(ref CronParser parser, CronField field)
    {
        if (parser.Take('L'))
        {
            var offset = parser.Take('-') ? parser.Number(field, 0, 30, "days before the last") : 0;
            if (parser.Take('W')) parser.mask.WeekdaysFromLast |= 1u << offset;
            else parser.mask.DaysFromLast |= 1u << offset;
            return 0;
        }
        var start = parser.at;
        if (parser.Peek is not (>= '0' and <= '9')) return parser.Values(field);
        var day = parser.Value(field);
        if (parser.Take('W'))
        {
            parser.mask.Weekdays |= 1u << day;
            return 0;
        }
        parser.at = start;
        return parser.Values(field);
    }

    static ulong DayOfWeek(ref CronParser parser, CronField field)
    {
        var start = parser.at;
        if (parser.Peek is 'H' or 'h') return parser.Values(field);
        var day = parser.Value(field) % 7;
        if (parser.Take('L'))
        {
            parser.mask.LastOfWeek |= (byte)(1 << day);
            return 0;
        }
        if (parser.Take('#'))
        {
            parser.mask.NthOfWeek |= 1UL << (7 * (parser.Number(field, 1, 5, "which of the month") - 1) + day);
            return 0;
        }
        parser.at = start;
        return parser.Values(field);
    }

    // A value, a range, or either with a step; a range whose end comes first goes round.
    ulong Values(CronField field)
    {
        if (Peek is 'H' or 'h') return Hashed(field);
        var from = Value(field);
        var to = from;
        if (Take('-'))
        {
            to = Value(field);
            isRhythm = true;
        }
        else if (Peek == '/') to = field.Max;
        var step = Peek == '/' ? Step(field) : 1;
        if (from <= to) return CronField.Bits(from, to, step);
        var bits = 0UL;
        for (var value = from; value <= to + field.Count; value += step) bits |= 1UL << ((value - field.Min) % field.Count + field.Min);
        return bits;
    }

    // H: a value that the schedule's name chooses, the same for ever, so that a hundred daily schedules do not start in one second.
    ulong Hashed(CronField field)
    {
        var start = at++;
        if (hashName is null) throw Fault("'H' is a value chosen by the name of its schedule, and there is no name here. Give one, or write a value", start);
        var (from, to) = (field.Min, field.MaxHashed);
        if (Take('('))
        {
            from = Value(field);
            if (!Take('-')) throw Fault($"a range of the {field.Name} is missing after 'H(': H({field.Min}-{field.MaxHashed}) for instance", at);
            to = Value(field);
            if (from > to) throw Fault($"the range of 'H' ends before it begins: {from}-{to}", at);
            if (!Take(')')) throw Fault("')' is missing after the range of 'H'", at);
        }
        if (Peek != '/') return 1UL << (from + (int)(CronHash.Of(hashName, field.Name) % (uint)(to - from + 1)));
        var step = Step(field);
        return CronField.Bits(from + (int)(CronHash.Of(hashName, field.Name) % (uint)Math.Min(step, to - from + 1)), to, step);
    }

    int Step(CronField field)
    {
        at++;
        isRhythm = true;
        return Number(field, 1, field.Max, "the step");
    }

    int Value(CronField field)
    {
        if (Peek is >= '0' and <= '9') return Number(field, field.Min, field.Max, $"the {field.Name}");
        for (var name = 0; name < field.Names.Length; name++)
        {
            if (!text[at..].StartsWith(field.Names[name], StringComparison.OrdinalIgnoreCase)) continue;
            at += field.Names[name].Length;
            return name + (field == CronField.Month ? 1 : 0);
        }
        throw Fault($"{What(at)} is no {field.Name}: give {field.Min} to {field.Max}{(field.Names.Length > 0 ? $" or {field.Names[0]} to {field.Names[^1]}" : "")}", at);
    }

    int Number(CronField field, int min, int max, string what)
    {
        var start = at;
        var number = 0;
        for (; Peek is >= '0' and <= '9' and var digit; at++) number = Math.Min(number * 10 + digit - '0', 10_000);
        if (at == start) throw Fault($"{What(at)} is no number: {what} is {min} to {max}", at);
        return number >= min && number <= max ? number : throw Fault($"{text[start..at]} is too {(number < min ? "small" : "large")} in the field {field.Name}: {what} is {min} to {max}", start);
    }

    readonly void EndOf(CronField field)
    {
        if (at == text.Length || IsBlank(text[at])) return;
        throw Fault($"{What(at)} cannot stand here in the field {field.Name}", at);
    }

    void Skip()
    {
        while (at < text.Length && IsBlank(text[at])) at++;
    }

    // Letters that mean something are taken in either case.
    bool Take(char wanted)
    {
        if (at == text.Length || char.ToUpperInvariant(text[at]) != wanted) return false;
        at++;
        return true;
    }

    readonly char Peek => at < text.Length ? text[at] : '\0';

    readonly string What(int position) => position >= text.Length ? "the end" : IsBlank(text[position]) ? "a blank" : $"'{text[position]}'";

    readonly int CountFields()
    {
        var fields = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsBlank(text[i]) && (i == 0 || IsBlank(text[i - 1]))) fields++;
        }
        return fields;
    }

    readonly int StartOf(int field)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsBlank(text[i]) && (i == 0 || IsBlank(text[i - 1])) && --field == 0) return i;
        }
        return text.Length;
    }

    static bool IsBlank(char letter) => letter is ' ' or '\t';

    readonly CronFormatException Fault(string message, int position) => new(message, expression, position);
}
