namespace EdgeMesh.QaiHub.Emulator;

/// <summary>The emulator by itself. Named, as the dashboard's API description reads the words of all referenced programs and fails on a second <c>Program</c>.</summary>
internal static class EmulatorProgram
{
    public static Task<int> Main(string[] args) => EmulatorCommand.InvokeAsync(args);
}
