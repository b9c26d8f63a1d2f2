using System.Security.Cryptography;

namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>Ids of nine characters in the service's form: a letter for the kind, and a second and last one out of a few.</summary>
internal static class Ids
{
    private const string Middle = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Job() => New('j', "5gp");

    public static string Model() => New('m', "mnq");

    public static string Dataset() => New('d', "d79");

    private static string New(char kind, string ends) =>
        kind + RandomNumberGenerator.GetString(ends, 1) + RandomNumberGenerator.GetString(Middle, 6) + RandomNumberGenerator.GetString(ends, 1);
}
