using System.Collections;
using System.Reflection;

namespace Tidemark.Tests.Storage;

/// <summary>One property of one record that a store forgets, on the way in or on the way out.</summary>
internal sealed record Forgotten(PropertyInfo Property, bool Inward)
{
    /// <summary>The property, set to its default, wherever the record is in the value. Everything on the way to it is copied.</summary>
    public T In<T>(T value) => (T)Copy(value)!;

    public override string ToString() => $"{Property.DeclaringType!.Name}.{Property.Name} on the way {(Inward ? "in" : "out")}";

    /// <summary>The records and their properties that a type is made of.</summary>
    public static IEnumerable<PropertyInfo> PropertiesIn(Type type, HashSet<Type> seen)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (!seen.Add(type)) return [];
        if (ElementOf(type) is { } element) return PropertiesIn(element, seen);
        return Settable(type).SelectMany(property => PropertiesIn(property.PropertyType, seen).Prepend(property)).ToList();
    }

    static PropertyInfo[] Settable(Type type) => IsRecord(type)
        ? [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.GetIndexParameters().Length == 0)]
        : [];

    static bool IsRecord(Type type) => type.Assembly == typeof(JobId).Assembly && !type.IsArray && !type.IsEnum && !type.IsInterface;

    static Type? ElementOf(Type type) =>
        type == typeof(byte[]) ? null
        : type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0]
        : null;

    object? Copy(object? value)
    {
        if (value is null) return null;
        var type = value.GetType();
        if (value is IList list && value is not byte[] && Element(type) is { } element && (IsRecord(element) || ElementOf(element) is not null)) return CopyList(list, element);
        if (!IsRecord(type)) return type.FullName!.StartsWith("System.ValueTuple", StringComparison.Ordinal) ? CopyTuple(value, type) : value;
        var copy = type.IsValueType ? value : type.GetMethod("<Clone>$")!.Invoke(value, null)!;
        foreach (var property in Settable(type))
            property.SetValue(copy, property == Property ? Default(property.PropertyType) : Copy(property.GetValue(value)));
        return copy;
    }

    static Type? Element(Type type) => type.GetInterfaces().FirstOrDefault(part => part.IsGenericType && part.GetGenericTypeDefinition() == typeof(IList<>))?.GetGenericArguments()[0];

    Array CopyList(IList list, Type element)
    {
        var copy = Array.CreateInstance(element, list.Count);
        for (var at = 0; at < list.Count; at++) copy.SetValue(Copy(list[at]), at);
        return copy;
    }

    object CopyTuple(object value, Type type)
    {
        foreach (var field in type.GetFields()) field.SetValue(value, Copy(field.GetValue(value)));
        return value;
    }

    static object? Default(Type type) =>
        type == typeof(string) ? ""
        : type == typeof(byte[]) ? Array.Empty<byte>()
        : ElementOf(type) is { } element ? Array.CreateInstance(element, 0)
        : type.IsValueType ? Activator.CreateInstance(type)
        : null;
}
