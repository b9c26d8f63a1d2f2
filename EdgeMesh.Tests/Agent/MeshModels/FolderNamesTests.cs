using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Agent.MeshModels;

/// <summary>How a device's owner names the folders that models may be taken from: on the command line, in the environment, in a configuration file; and what wrong names are answered.</summary>
public sealed class FolderNamesTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    private static string Profile => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Read_Names_AreAbsoluteAndOnce()
    {
        var (folders, problem) = FolderNames.Read(["models", _home["models"], "  sub/../other ", "~/models", "~"], "--models-from", _home.Path);
        Assert.Null(problem);
        Assert.Equal([_home["models"], _home["other"], Path.Combine(Profile, "models"), Profile], folders);
        Assert.Empty(FolderNames.Read([], "--models-from", _home.Path).Folders);
    }

    [Theory]
    [InlineData("", "an empty name is no folder")]
    [InlineData("   ", "an empty name is no folder")]
    [InlineData("a\0b", "is not a path")]
    [InlineData("model.onnx", "model.onnx is a file")]
    public void Read_WrongName_IsSaidInWords(string name, string cause)
    {
        File.WriteAllText(_home["model.onnx"], "");
        var (folders, problem) = FolderNames.Read([_home.Path, name], "--models-from", _home.Path);
        Assert.Empty(folders);
        Assert.StartsWith("--models-from: ", problem, StringComparison.Ordinal);
        Assert.Contains(cause, problem, StringComparison.Ordinal);
        Assert.Contains($"Name a folder with models, such as {Path.Combine(Profile, "models")}.", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', problem!);
    }

    [Fact]
    public async Task CommandLine_OfTheDashboard_TakesSeveral()
    {
        DashboardArguments? read = null;
        var code = await CommandLine.RunAsync(["--models-from", "/one", "--models-from", "/two words"], arguments =>
        {
            read = arguments;
            return Task.CompletedTask;
        });
        Assert.Equal(0, code);
        Assert.Equal(["/one", "/two words"], read!.ModelsFrom!);
    }

    [Fact]
    public void CommandLine_AddsToTheConfiguration_AndIsCheckedFirst()
    {
        ConfigurationManager configuration = new();
        configuration["EdgeMesh:Models:Folders:0"] = _home["kept"];
        ModelsOptions.AddFolders(configuration, [_home["one"], _home["two"]]);
        Assert.Equal([_home["kept"], _home["one"], _home["two"]], configuration.GetSection(ModelsOptions.Section).Get<ModelsOptions>()!.Folders);

        var refused = Assert.Throws<StartupException>(() => ModelsOptions.AddFolders(configuration, [""]));
        Assert.Equal((2, true), (refused.ExitCode, refused.Message.StartsWith("--models-from: ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("models", "EdgeMesh:Models:Folders: models is not a whole path.")]
    [InlineData("", "EdgeMesh:Models:Folders: an empty name is no folder.")]
    public void Configuration_WrongName_StartsNothing(string name, string words)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["EdgeMesh:Models:Folders:0"] = name;
        Assert.StartsWith(words, Assert.Throws<StartupException>(builder.AddModels).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_Names_AreTheDevicesFolders()
    {
        var builder = WebApplication.CreateSlimBuilder();
        (builder.Configuration["EdgeMesh:Models:Folders:0"], builder.Configuration["EdgeMesh:Models:Folders:1"]) = (_home["models"], "~/models");
        builder.AddModels();
        var options = (ModelsOptions)builder.Services.Single(s => s.ServiceType == typeof(ModelsOptions)).ImplementationInstance!;
        Assert.Equal([_home["models"], Path.Combine(Profile, "models")], options.Folders);
    }
}
